-- Changes the score of a member, on all boards or on none.
--
-- KEYS  after those of the boards, what was answered to this submission of this member before; only if the fifth of these is over 0
-- ARGV  after the boards: member; score in the sense of the board; set | add | best; the code of the sub-score, if ties go by
--       that; for how many milliseconds the answer is kept for a repeated submission, 0: not at all; what tells these boards from
--       others, as what is kept may be answered to who names others; then the text beside the member, if there is one
--
-- Answers {time, text}: what tells the boards, and ";"; then for each board "score,code,position,rank,size,previous score or
-- nothing,previous position or 0;", and ";" for one that is left out. Positions count from 1 without ties, ranks as the
-- board says, scores are in the sense of the board.

local member, submitted, rule = ARGV[argument], tonumber(ARGV[argument + 1]), ARGV[argument + 2]
local given, memory, data = ARGV[argument + 3], tonumber(ARGV[argument + 4]), ARGV[argument + 6]

if memory > 0 then
  local before = redis.call('GET', KEYS[#KEYS])
  if before then return {now, before} end
end

local code = ties == 'sub' and given or ''
if ties == 'earlier' or ties == 'later' then
  local reached = (tonumber(clock[1]) - 1577836800) * 1000000 + tonumber(clock[2])
  code = string.format('%016.0f', ties == 'earlier' and reached or 9000000000000000 - reached)
end

for _, b in ipairs(boards) do
  if b then
    -- Before anything changes; of the texts nothing but their type has to be known.
    local lost = damage(b)
    if lost then return redis.error_reply(lost) end
    if data then redis.call('HLEN', b.data) end
    b.entry, b.previous = find(b, member)
    local old = b.previous and split(b.entry)
    b.place, b.score, b.code, b.taken = 0, kept(b, submitted), code, true
    if b.previous then
      b.place, b.before = redis.call('ZRANK', b.board, b.entry) + 1, told(b, b.previous)
      if rule == 'add' then b.score = sum(b.previous, b.score) end
      if b.score == b.previous and ties ~= 'sub' then b.code = old end
      if rule == 'best' and not (b.score < b.previous or b.score == b.previous and b.code < old) then
        b.score, b.code, b.taken = b.previous, old, false
      end
    end
    if not finite(worth(b, b.score)) then return redis.error_reply('ERR the score would not be a finite number') end
  end
end

local answer = {}
for i, b in ipairs(boards) do
  if b then
    local entry = b.code .. member
    if b.size == 0 and redis.call('EXISTS', b.entries, b.scores, b.counts, b.data, b.origin) > 0 then
      redis.call('DEL', b.entries, b.scores, b.counts, b.data, b.origin)
    end
    if half > 0 then redis.call('SET', b.origin, string.format('%.0f', now), 'NX') end
    if b.score ~= b.previous then
      if b.previous then count(b, b.previous, -1) end
      count(b, b.score, 1)
    end
    if b.previous and entry ~= b.entry then redis.call('ZREM', b.board, b.entry) end
    if b.score ~= b.previous or entry ~= b.entry then
      redis.call('ZADD', b.board, exact(b.score), entry)
      if ties ~= 'member' then redis.call('HSET', b.entries, member, entry) end
    end
    if data and b.taken then redis.call('HSET', b.data, member, data) end
    expire(b)
    local position = redis.call('ZRANK', b.board, entry) + 1
    answer[i] = table.concat({told(b, b.score), b.code, position, rank(b, b.score, position),
      b.previous and b.size or b.size + 1, b.before or '', b.place}, ',') .. ';'
  else
    answer[i] = ';'
  end
end
answer = ARGV[argument + 5] .. ';' .. table.concat(answer)
if memory > 0 then redis.call('SET', KEYS[#KEYS], answer, 'PX', memory) end
return {now, answer}
