-- Reads the standings of some members.
--
-- ARGV  after the board: 1 if the text beside members is asked for; then the members
--
-- Answers {time, size, and for each member that is there: member, score, code, position, rank, and the text if asked for}.

local b, with = boards[1], ARGV[argument] == '1'
local lost = damage(b)
if lost then return redis.error_reply(lost) end
local reply = {now, b.size}
for i = argument + 1, #ARGV do
  local entry, score = find(b, ARGV[i])
  if entry then
    local position = redis.call('ZRANK', b.board, entry) + 1
    local n = #reply
    reply[n + 1], reply[n + 2], reply[n + 3], reply[n + 4] = ARGV[i], told(b, score), split(entry), position
    reply[n + 5] = rank(b, score, position)
    if with then reply[n + 6] = redis.call('HGET', b.data, ARGV[i]) end
  end
end
return reply
