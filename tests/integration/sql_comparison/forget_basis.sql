-- forget_basis(): since when is to be found again for all
UPDATE finding SET basis = ''
