-- fetch_1() -> at most 1 rows; FETCH takes no parameter for its count, hence one file for each size
FETCH FORWARD 1 FROM chunks
