-- Takes a member off the board.
--
-- KEYS[1]  board, as submit.lua describes it
-- KEYS[2]  hash of members to their entries
-- KEYS[3]  sorted set of the distinct scores
-- KEYS[4]  hash of the distinct scores to how many have them
-- ARGV[1]  member
-- ARGV[2]  member | earlier | later
-- ARGV[3]  1 if ranks are dense
--
-- Answers 1, or 0 if it was not there.

local entry = ARGV[1]
if ARGV[2] ~= 'member' then
  entry = redis.call('HGET', KEYS[2], ARGV[1])
  if not entry then return 0 end
  redis.call('HDEL', KEYS[2], ARGV[1])
end
local score = tonumber(redis.call('ZSCORE', KEYS[1], entry) or nil)
if not score then return 0 end
redis.call('ZREM', KEYS[1], entry)
if ARGV[3] == '1' then
  local text = score == 0 and '0' or string.format('%.17g', score)
  if redis.call('HINCRBY', KEYS[4], text, -1) == 0 then
    redis.call('HDEL', KEYS[4], text)
    redis.call('ZREM', KEYS[3], text)
  end
end
return 1
