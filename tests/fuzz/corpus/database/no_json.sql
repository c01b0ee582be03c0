UPDATE sweep SET definition = 'oops'
