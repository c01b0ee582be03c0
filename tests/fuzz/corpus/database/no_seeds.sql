UPDATE sweep SET definition = json_set(definition, '$.seeds', 0)
