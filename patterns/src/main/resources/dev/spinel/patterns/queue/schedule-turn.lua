-- Enqueues the messages of schedules that are due, as their plans say, and tells which schedules are due next.
--
-- KEYS[1]  hash of schedules, as in schedule-put.lua
-- KEYS[2]  hash of schedules to the bodies of their messages
-- KEYS[3]  fires: schedules that are not paused by when they are due, in microseconds since 2020; new ones by since when
-- KEYS[4]... of the queue as in enqueue.lua: ready, delayed, leased, bodies, metas, last id, grouped, turns, busy
-- ARGV[1]  how many messages may wait or be worked on; 0: any number
-- ARGV[2]  how often a message is delivered at most
-- ARGV[3]  channel for those who wait for messages
-- ARGV[4]  how many messages of a group may be leased; 0: any number
-- ARGV[5]  how many schedules to tell
-- then for each plan: schedule, its token, when it is due, until when the plan holds, when it is due afterwards, how many times are
-- to have a message, and these, in order; all in microseconds since 2020
--
-- Answers {now, done, next}. done: for each plan 1 if it was carried out, 0 if the schedule is not what it was, or not due yet, or the
-- plan does not hold any more, -1 if the queue is full. next: for each schedule id, its lines, when it is due.
--
-- A time gets its message together with the next one taking its place in fires, and no plan is carried out but for the time that is
-- there: so there is one message for each, whoever plans and however often.

local clock = redis.call('TIME')
local now = (tonumber(clock[1]) - 1577836800) * 1000000 + tonumber(clock[2])
local most, group_limit = tonumber(ARGV[1]), tonumber(ARGV[4])
local added, size, last_turn = 0, 0, nil
if most > 0 then
  for _, at in ipairs({4, 5, 6, 10}) do size = size + redis.call('ZCARD', KEYS[at]) end
end

local function enqueue(schedule, priority, group, time)
  local id = redis.call('INCR', KEYS[9])
  added = added + 1
  redis.call('HSET', KEYS[7], id, redis.call('HGET', KEYS[2], schedule))
  redis.call('HSET', KEYS[8], id, priority .. ':0:' .. ARGV[2] .. ':' .. time .. ':' .. group)
  if group == '' then
    redis.call('ZADD', KEYS[4], string.format('%.0f', (9 - priority) * 562949953421312 + id), id)
    return
  end
  redis.call('ZADD', KEYS[10], 0, #group .. ':' .. group .. ':' .. (9 - priority) .. string.format('%016.0f', id))
  if group_limit > 0 and tonumber(redis.call('HGET', KEYS[12], group) or 0) >= group_limit then return end
  last_turn = (last_turn or tonumber(redis.call('ZRANGE', KEYS[11], -1, -1, 'WITHSCORES')[2] or 0)) + 1
  redis.call('ZADD', KEYS[11], 'NX', string.format('%.0f', last_turn), group)
end

local function carry_out(id, token, due, till, next_due, count, first)
  local known_token, state, misfire, when, priority, group = string.match(
    redis.call('HGET', KEYS[1], id) or '', '^([^\n]*)\n([^\n]*)\n([^\n]*)\n([^\n]*\n[^\n]*)\n([^\n]*)\n(.*)$')
  local score = redis.call('ZSCORE', KEYS[3], id)
  if known_token ~= token or not score or tonumber(score) ~= tonumber(due) or now > tonumber(till) then return 0 end
  if count > 0 and tonumber(ARGV[first + count - 1]) > now then return 0 end
  if most > 0 and count > 0 and size + added + count > most then return -1 end
  for at = first, first + count - 1 do enqueue(id, priority, group, ARGV[at]) end
  redis.call('ZADD', KEYS[3], next_due, id)
  if state == 'new' then
    redis.call('HSET', KEYS[1], id, table.concat({token, 'set', misfire, when, priority, group}, '\n'))
  end
  return 1
end

local done, at = {}, 6
while at <= #ARGV do
  local count = tonumber(ARGV[at + 5])
  done[#done + 1] = carry_out(ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], count, at + 6)
  at = at + 6 + count
end
if added > 0 then redis.call('PUBLISH', ARGV[3], 'enqueued') end

local reply = {}
local first = redis.call('ZRANGE', KEYS[3], 0, ARGV[5] - 1, 'WITHSCORES')
for i = 1, #first, 2 do
  reply[#reply + 1] = first[i]
  reply[#reply + 1] = redis.call('HGET', KEYS[1], first[i])
  reply[#reply + 1] = tonumber(first[i + 1])
end
return {now, done, reply}
