-- Reads neighbouring entries: a page, or what is around a member.
--
-- ARGV  after the board: 1 if the text beside members is asked for; page | around | beside; for a page how many to skip and how many to
--       read; for around how many above and how many below, and the member; for beside likewise, and an entry of another board and its
--       score in the sense of the board
--
-- Answers {time, size, and for each entry: member, score, code, position, rank, and the text if asked for}; only {time, size} if the
-- member is not there. Of the first entry the rank is looked up; those of the others follow from it.

local b, with = boards[1], ARGV[argument] == '1'
local lost = damage(b)
if lost then return redis.error_reply(lost) end
local reply = {now, b.size}
local first, last = tonumber(ARGV[argument + 2]), tonumber(ARGV[argument + 3])
if ARGV[argument + 1] == 'around' then
  local entry = find(b, ARGV[argument + 4])
  if not entry then return reply end
  local place = redis.call('ZRANK', b.board, entry)
  first, last = math.max(0, place - first), place + last
elseif ARGV[argument + 1] == 'beside' then
  local _, place = ahead(b, tonumber(ARGV[argument + 5]), ARGV[argument + 4])
  first, last = math.max(0, place - first), place + last - 1
else
  last = first + last - 1
end
if last < first or first >= reply[2] then return reply end

local entries = redis.call('ZRANGE', b.board, exact(first), exact(last), 'WITHSCORES')
local current, before
for i = 1, #entries, 2 do
  -- As the server writes it, but for the sign of zero: a number that is read and written anew costs more than all else here.
  local score, position = entries[i + 1], first + (i + 1) / 2
  if score == '-0' then score = '0' end
  if not before then
    current = rank(b, tonumber(score), position)
  elseif ranks == 'ordinal' then
    current = position
  elseif score ~= before then
    current = ranks == 'dense' and current + 1 or position
  end
  before = score
  if half > 0 then score = told(b, tonumber(score)) end
  local code, member = split(entries[i])
  local n = #reply
  reply[n + 1], reply[n + 2], reply[n + 3], reply[n + 4], reply[n + 5] = member, score, code, position, current
  if with then reply[n + 6] = redis.call('HGET', b.data, member) end
end
return reply
