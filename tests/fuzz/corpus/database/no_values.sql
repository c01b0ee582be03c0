UPDATE sweep SET definition = json_set(definition, '$.axes[0].values', json('[]'))
