-- close_chunks()
CLOSE chunks
