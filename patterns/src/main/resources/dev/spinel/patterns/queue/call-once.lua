-- How scripts begin that change nothing when their call is repeated, whatever others did since.
--
-- The last of KEYS: what this call answered, for a repeated one
--
-- Callers repeat a call for a day at most, and those that begin like this are rare. What was done is answered also where memory
-- is too short to remember it, or the user may not publish that it was done.

local before = redis.call('GET', KEYS[#KEYS])
if before then return tonumber(before) end
local function answer(result)
  redis.pcall('SET', KEYS[#KEYS], result, 'PX', 90000000)
  return result
end

