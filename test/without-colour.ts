// A CI system or a terminal asks for colour, which would stand in the lines that tests compare.
process.env.NO_COLOR = '1'
delete process.env.FORCE_COLOR
