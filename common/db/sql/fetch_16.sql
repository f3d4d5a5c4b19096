-- fetch_16() -> at most 16 rows; FETCH takes no parameter for its count, hence one file for each size
FETCH FORWARD 16 FROM chunks
