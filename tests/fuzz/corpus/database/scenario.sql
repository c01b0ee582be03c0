UPDATE points SET scenario = '{'
