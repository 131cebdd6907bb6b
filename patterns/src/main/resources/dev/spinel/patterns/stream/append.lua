-- Adds an entry, and tells those who wait, if the caller may.
--
-- KEYS[1]  the stream
-- ARGV[1]  about how many entries are kept at least; 0: all
-- ARGV[2]  channel for those who wait
-- then the fields and their values
--
-- Answers the entry's id.

local add = {'XADD', KEYS[1]}
if ARGV[1] ~= '0' then
  for _, word in ipairs({'MAXLEN', '~', ARGV[1]}) do add[#add + 1] = word end
end
add[#add + 1] = '*'
for i = 3, #ARGV do add[#add + 1] = ARGV[i] end
local id = redis.call(unpack(add))
redis.pcall('PUBLISH', ARGV[2], 'appended')
return id
