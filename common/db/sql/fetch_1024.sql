-- fetch_1024() -> at most 1024 rows; FETCH takes no parameter for its count, hence one file for each size
FETCH FORWARD 1024 FROM chunks
