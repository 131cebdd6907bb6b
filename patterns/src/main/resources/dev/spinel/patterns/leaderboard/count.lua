-- Counts the members with scores in a range.
--
-- ARGV  after the board: the lowest and the highest score, both in the sense of the board and included; -inf and +inf for none
--
-- Answers {time, count}.

local b = boards[1]
local lost = damage(b)
if lost then return redis.error_reply(lost) end

local function bound(text)
  if half == 0 or text == '-inf' or text == '+inf' then return text end
  local score = tonumber(text)
  return score < 0 and exact(kept(b, score)) or '+inf'
end

return {now, redis.call('ZCOUNT', b.board, bound(ARGV[argument]), bound(ARGV[argument + 1]))}
