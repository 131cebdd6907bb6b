-- Reads the standings of some members.
--
-- KEYS[1]  board, as submit.lua describes it
-- KEYS[2]  hash of members to their entries
-- KEYS[3]  sorted set of the distinct scores
-- ARGV[1]  ordinal | competition | dense
-- ARGV[2]  member | earlier | later
-- then the members
--
-- Answers {size, and for each member that is there: member, score, position, rank}.

local function exact(number) return number == 0 and '0' or string.format('%.17g', number) end

local reply = {redis.call('ZCARD', KEYS[1])}
for i = 3, #ARGV do
  local entry = ARGV[i]
  if ARGV[2] ~= 'member' then entry = redis.call('HGET', KEYS[2], ARGV[i]) end
  local score = entry and redis.call('ZSCORE', KEYS[1], entry)
  if score then
    local position = redis.call('ZRANK', KEYS[1], entry) + 1
    local rank = position
    score = exact(tonumber(score))
    if ARGV[1] == 'competition' then rank = redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. score) + 1 end
    if ARGV[1] == 'dense' then rank = redis.call('ZRANK', KEYS[3], score) + 1 end
    reply[#reply + 1] = ARGV[i]
    reply[#reply + 1] = score
    reply[#reply + 1] = position
    reply[#reply + 1] = rank
  end
end
return reply
