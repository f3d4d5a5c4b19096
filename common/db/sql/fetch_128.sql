-- fetch_128() -> at most 128 rows; FETCH takes no parameter for its count, hence one file for each size
FETCH FORWARD 128 FROM chunks
