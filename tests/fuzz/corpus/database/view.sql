DROP TABLE results; CREATE VIEW results AS SELECT * FROM points
