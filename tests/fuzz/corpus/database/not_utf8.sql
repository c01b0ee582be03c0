UPDATE points SET error = CAST(x'ff00fe' AS TEXT), status = 'failed'
