UPDATE results SET layer_seconds = 'fast'
