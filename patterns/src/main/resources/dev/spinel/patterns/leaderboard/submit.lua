-- Changes the score of a member.
--
-- KEYS[1]  board: sorted set of entries, best first: a score where high is best is kept negated. An entry is the member itself, or
--          sixteen digits and the member, so that members with the same score are in the order of the digits
-- KEYS[2]  hash of members to their entries, if those have digits
-- KEYS[3]  sorted set of the distinct scores, by themselves, if ranks are dense
-- KEYS[4]  hash of the distinct scores to how many have them, likewise
-- KEYS[5]  what was answered to this submission before; only if ARGV[8] > 0
-- ARGV[1]  member
-- ARGV[2]  score, in the sense of the board
-- ARGV[3]  set | add | best
-- ARGV[4]  member | earlier | later: who is first of those with the same score
-- ARGV[5]  1 if ranks are dense
-- ARGV[6]  for how many milliseconds the board is kept after its last submission; 0: for ever
-- ARGV[7]  ordinal | competition | dense
-- ARGV[8]  for how many milliseconds the answer is kept for a repeated submission; 0: not at all
--
-- Answers {score, position, rank, size, previous score or "", previous position or 0}: positions count from 1 without ties, ranks
-- as ARGV[7] says, scores are text in the sense of the board.

local member, submitted, rule, tie = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
local dense, kept, memory = ARGV[5] == '1', tonumber(ARGV[6]), tonumber(ARGV[8])
local reply = {}

if memory > 0 then
  local before = redis.call('GET', KEYS[5])
  if before then
    for part in string.gmatch(before, '([^,]*),') do reply[#reply + 1] = part end
    for _, i in ipairs({2, 3, 4, 6}) do reply[i] = tonumber(reply[i]) end
    return reply
  end
end

-- Zero has two signs, which compare as equal but read differently.
local function exact(number) return number == 0 and '0' or string.format('%.17g', number) end

local entry = member
if tie ~= 'member' then entry = redis.call('HGET', KEYS[2], member) end
local previous = entry and redis.call('ZSCORE', KEYS[1], entry)
local place = 0
if previous then place = redis.call('ZRANK', KEYS[1], entry) + 1 end

local score = submitted
if previous and rule == 'add' then score = submitted + tonumber(previous) end
if previous and rule == 'best' then score = math.min(submitted, tonumber(previous)) end
if score ~= score or score == math.huge or score == -math.huge then
  return redis.error_reply('ERR the score would not be a finite number')
end

if not previous or score ~= tonumber(previous) then
  if dense and previous then
    local old = exact(tonumber(previous))
    if redis.call('HINCRBY', KEYS[4], old, -1) == 0 then
      redis.call('HDEL', KEYS[4], old)
      redis.call('ZREM', KEYS[3], old)
    end
  end
  if tie ~= 'member' then
    if previous then redis.call('ZREM', KEYS[1], entry) end
    local clock = redis.call('TIME')
    local now = (tonumber(clock[1]) - 1577836800) * 1000000 + tonumber(clock[2])
    entry = string.format('%016.0f', tie == 'earlier' and now or 9000000000000000 - now) .. member
    redis.call('HSET', KEYS[2], member, entry)
  end
  redis.call('ZADD', KEYS[1], exact(score), entry)
  if dense and redis.call('HINCRBY', KEYS[4], exact(score), 1) == 1 then
    redis.call('ZADD', KEYS[3], exact(score), exact(score))
  end
end
if kept > 0 then
  for i = 1, 4 do redis.call('PEXPIRE', KEYS[i], kept) end
end

local position = redis.call('ZRANK', KEYS[1], entry) + 1
local rank = position
if ARGV[7] == 'competition' then rank = redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. exact(score)) + 1 end
if ARGV[7] == 'dense' then rank = redis.call('ZRANK', KEYS[3], exact(score)) + 1 end
reply = {exact(score), position, rank, redis.call('ZCARD', KEYS[1]), previous and exact(tonumber(previous)) or '', place}
if memory > 0 then
  local parts = {}
  for i = 1, #reply do parts[i] = type(reply[i]) == 'number' and exact(reply[i]) or reply[i] end
  redis.call('SET', KEYS[5], table.concat(parts, ',') .. ',', 'PX', memory)
end
return reply
