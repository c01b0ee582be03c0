UPDATE plan SET combination = 1000
