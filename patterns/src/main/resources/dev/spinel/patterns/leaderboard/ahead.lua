-- Counts who is ahead of some entries, which may be on other boards.
--
-- ARGV  after the board: score and entry of each, the score in the sense of the board
--
-- Answers {time, size, and for each: how many have a better score, how many stand before it}.

local b = boards[1]
local reply = {now, redis.call('ZCARD', b.board)}
for i = argument, #ARGV, 2 do
  local n = #reply
  reply[n + 1], reply[n + 2] = ahead(b, tonumber(ARGV[i]), ARGV[i + 1])
end
return reply
