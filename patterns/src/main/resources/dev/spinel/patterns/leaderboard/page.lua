-- Reads neighbouring entries: a page, or what is around a member.
--
-- KEYS[1]  board, as submit.lua describes it
-- KEYS[2]  hash of members to their entries
-- KEYS[3]  sorted set of the distinct scores
-- ARGV[1]  page | around
-- ARGV[2]  page: how many to skip. around: how many above the member
-- ARGV[3]  page: how many to read. around: how many below the member
-- ARGV[4]  ordinal | competition | dense
-- ARGV[5]  member | earlier | later
-- ARGV[6]  the member, for around
--
-- Answers {size, and for each entry: member, score, position, rank}; only {size} if the member is not there. Of the first entry the
-- rank is looked up; those of the others follow from it.

local size = redis.call('ZCARD', KEYS[1])
local reply = {size}
local first, last = tonumber(ARGV[2]), 0
if ARGV[1] == 'around' then
  local entry = ARGV[6]
  if ARGV[5] ~= 'member' then entry = redis.call('HGET', KEYS[2], ARGV[6]) end
  local place = entry and redis.call('ZRANK', KEYS[1], entry)
  if not place then return reply end
  first, last = math.max(0, place - tonumber(ARGV[2])), place + tonumber(ARGV[3])
else
  last = first + tonumber(ARGV[3]) - 1
end
if last < first then return reply end

local function exact(number) return number == 0 and '0' or string.format('%.17g', number) end

local entries = redis.call('ZRANGE', KEYS[1], first, last, 'WITHSCORES')
local rank, before
for i = 1, #entries, 2 do
  local score, position = tonumber(entries[i + 1]), first + (i + 1) / 2
  if not before then
    rank = position
    if ARGV[4] == 'competition' then rank = redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. exact(score)) + 1 end
    if ARGV[4] == 'dense' then rank = redis.call('ZRANK', KEYS[3], exact(score)) + 1 end
  elseif ARGV[4] == 'ordinal' then
    rank = position
  elseif score ~= before then
    rank = ARGV[4] == 'dense' and rank + 1 or position
  end
  before = score
  local member = ARGV[5] == 'member' and entries[i] or string.sub(entries[i], 17)
  reply[#reply + 1] = member
  reply[#reply + 1] = exact(score)
  reply[#reply + 1] = position
  reply[#reply + 1] = rank
end
return reply
