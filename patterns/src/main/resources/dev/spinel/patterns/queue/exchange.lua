-- Settles deliveries, and claims the next messages: those that are ready, became due, or whose lease ended.
--
-- Ends with exchange-answer.lua.
--
-- KEYS[1]  ready: messages without a group by priority, then by age: score (9 - priority) * 2^49 + id
-- KEYS[2]  delayed: messages by when they are due, in microseconds since 2020
-- KEYS[3]  leased: messages by the end of their lease, likewise
-- KEYS[4]  hash of messages to bodies
-- KEYS[5]  hash of messages to priority:lease:attempts:limit:enqueued:group, the last lease, if any
-- KEYS[6]  dead: messages by when they died, likewise
-- KEYS[7]  hash of dead messages to causes
-- KEYS[8]  grouped: ready messages of groups in lexical order, <length>:<group>:<9 - priority><id, 16 digits>, all with score 0
-- KEYS[9]  turns: groups by whose turn it is; the empty name stands for messages without a group
-- KEYS[10] hash of groups to how many of their messages are leased, if any
-- KEYS[11] there while the queue is paused
-- KEYS[12] the last lease: what an exchange claims has one number, that of its microsecond since 2020 or, if there was a later one, the
--          next; so none comes again, even when the server forgets what it had
-- KEYS[13] number of an exchange and what it did, turn|results|receipts: the last one of a caller who waits for one after the other
-- ARGV[1]  lease in milliseconds
-- ARGV[2]  how many to claim at most
-- ARGV[3]  channel for those who wait for messages
-- ARGV[4]  how many messages of a group may be leased; 0: any number
-- ARGV[5]  the caller's number of this exchange: it rises from one to the next, and stays the same when it is repeated
-- ARGV[6]  for how many milliseconds it is kept what this exchange did: longer than its caller repeats it
-- then four for each settlement: receipt, ack | retry | reject | extend | return, delay in milliseconds, cause
--
-- Answers {wait, settled, deliveries}. wait: milliseconds until a delayed message is due or a lease ends, 0 if more are ready, -1 if
-- there is none. settled: for each settlement 1, or 0 if that lease of the message is over. deliveries: for each its receipt, id:lease,
-- then id, attempt, enqueued, body, group.
--
-- A message is in one of ready, grouped, delayed, leased and dead, and has a body and a meta, from enqueue to acknowledgement or
-- discard. A group with ready messages has a turn, unless it was found at its limit; then messages of it are leased, and it gets a
-- turn when one of these leases ends. So claims do not look at groups that wait, nor at those without messages, which leave
-- nothing behind. Where somebody deleted turns, a claim that finds nothing gives them again. Should callers disagree about the limit, each keeps
-- its own; the end of a group's last lease gives it a turn in any case. The empty name has a turn only while there are messages without a group,
-- and only beside other groups, so that queues without groups find no turns at all.
--
-- A message that somebody took the body or the meta from is a dead letter once its turn or its time comes, with what is left of it. What
-- somebody added that is no id is dropped.
--
-- What is settled, moved or claimed is read and written all at once, as calls of commands are most of what a script costs.

local clock = redis.call('TIME')
local now = (tonumber(clock[1]) - 1577836800) * 1000000 + tonumber(clock[2])
local lease, most, group_limit = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[4])
local settled, deliveries, moved = {}, {}, 0
local last_turn

local function exact(number) return string.format('%.0f', number) end
local lease_end = exact(now + lease * 1000)

local META = '^(%d+):(%d+):(%d+):(%d+):(%d+):(.*)$'
local function metas_of(ids) return redis.call('HMGET', KEYS[5], unpack(ids)) end

-- How many messages of a group are leased. What somebody else wrote there, if it is no number, counts as none: when that is found, a
-- message may have left its place already.
local function leased_of(group) return tonumber(redis.call('HGET', KEYS[10], group)) or 0 end
local function change_leased_of(group, by)
  local busy = redis.pcall('HINCRBY', KEYS[10], group, by)
  if type(busy) == 'number' then return busy end
  redis.call('HSET', KEYS[10], group, by)
  return by
end
local function give_turn(group)
  last_turn = (last_turn or tonumber(redis.call('ZRANGE', KEYS[9], -1, -1, 'WITHSCORES')[2] or 0)) + 1
  redis.call('ZADD', KEYS[9], 'NX', exact(last_turn), group)
end
-- The first of a group's ready messages as they are in grouped, up to so many.
local function first_of(group, count)
  local prefix = #group .. ':' .. group
  return redis.call('ZRANGEBYLEX', KEYS[8], '[' .. prefix .. ':', '(' .. prefix .. ';', 'LIMIT', 0, count)
end

-- Scores and messages without a group that become ready, which end_moves adds.
local ready = {}
local function make_ready(id, priority, group)
  if group == '' then
    ready[#ready + 1] = exact((9 - priority) * 562949953421312 + id)
    ready[#ready + 1] = id
  else
    redis.call('ZADD', KEYS[8], 0, #group .. ':' .. group .. ':' .. (9 - priority) .. string.format('%016.0f', id))
    if group_limit == 0 or leased_of(group) < group_limit then give_turn(group) end
  end
  moved = moved + 1
end
local function end_moves()
  if #ready > 0 then redis.call('ZADD', KEYS[1], unpack(ready)) end
end
-- After the lease of one of its messages ended: there is room for another one of the group, if it is one.
local function make_room(group)
  if group == '' then return end
  local busy = change_leased_of(group, -1)
  if busy <= 0 then redis.call('HDEL', KEYS[10], group) end
  if (group_limit == 0 or busy < group_limit) and not redis.call('ZSCORE', KEYS[9], group) and #first_of(group, 1) > 0 then
    give_turn(group)
    moved = moved + 1
  end
end
local function bury(id, cause)
  redis.call('ZADD', KEYS[6], exact(now), id)
  redis.call('HSET', KEYS[7], id, cause)
end
local function bury_rest(id)
  if #id > 15 or not string.find(id, '^[1-9]%d*$') then return end
  redis.call('HSETNX', KEYS[4], id, '')
  redis.call('HSETNX', KEYS[5], id, '0:0:0:1:' .. exact(now) .. ':')
  bury(id, 'a part of it is gone')
end
local function deliver(id, held, attempt, enqueued, body, group)
  local n = #deliveries
  deliveries[n + 1], deliveries[n + 2], deliveries[n + 3] = id .. ':' .. held, id, attempt
  deliveries[n + 4], deliveries[n + 5], deliveries[n + 6] = tonumber(enqueued), body, group
end

local function retry(id, meta, kind, delay, cause)
  local priority, held, attempts, limit, enqueued, group = string.match(meta, META)
  if kind == 'return' then
    redis.call('HSET', KEYS[5], id, table.concat({priority, held, attempts - 1, limit, enqueued, group}, ':'))
    make_ready(id, priority, group)
  elseif kind == 'reject' or tonumber(attempts) >= tonumber(limit) then
    bury(id, cause)
  elseif delay > 0 then
    redis.call('ZADD', KEYS[2], exact(now + delay * 1000), id)
  else
    make_ready(id, priority, group)
  end
end
-- Fails if one of the keys where messages go is of another type: before any of them is taken from where it is.
local function check_types()
  for _, key in ipairs({1, 6, 8, 9}) do redis.call('ZCARD', KEYS[key]) end
  for _, key in ipairs({7, 10}) do redis.call('HLEN', KEYS[key]) end
end
-- Receipts hold while the message is leased, by that lease, and as long as nothing before in the same exchange ended it. What is
-- extended goes and comes again, since a full server refuses what only adds.
local function settle_all()
  if #ARGV == 6 then return end
  local ids, receipts = {}, {}
  for at = 7, #ARGV, 4 do
    local n, id, held = #ids + 1, string.match(ARGV[at], '^(%d+):(%d+)$')
    ids[n], receipts[n] = id or '', held or ''
  end
  local metas, ends = metas_of(ids), redis.call('ZMSCORE', KEYS[3], unpack(ids))
  local over, ended, groups, extended, moves = {}, {}, {}, {}, false
  for i, id in ipairs(ids) do
    local held, group = string.match(metas[i] or '', '^%d+:(%d+):%d+:%d+:%d+:(.*)$')
    local holds = ends[i] and held == receipts[i] and not over[id]
    settled[i] = holds and 1 or 0
    local kind = ARGV[4 * i + 4]
    if holds and kind == 'extend' then
      extended[#extended + 1] = id
    elseif holds then
      over[id], groups[i] = true, group
      ended[#ended + 1] = id
      moves = moves or kind ~= 'ack'
    end
  end
  if moves then check_types() end
  local longer = {}
  for _, id in ipairs(extended) do
    if not over[id] then
      ended[#ended + 1] = id
      longer[#longer + 1] = lease_end
      longer[#longer + 1] = id
    end
  end
  if #ended > 0 then redis.call('ZREM', KEYS[3], unpack(ended)) end
  if #longer > 0 then redis.call('ZADD', KEYS[3], unpack(longer)) end
  local done = {}
  for i, id in ipairs(ids) do
    local at = 4 * i + 3
    if groups[i] then
      make_room(groups[i])
      if ARGV[at + 1] == 'ack' then
        done[#done + 1] = id
      else
        retry(id, metas[i], ARGV[at + 1], tonumber(ARGV[at + 2]), ARGV[at + 3])
      end
    end
  end
  if #done > 0 then
    redis.call('HDEL', KEYS[4], unpack(done))
    redis.call('HDEL', KEYS[5], unpack(done))
  end
end

-- Takes up to 1000 messages whose time came out of delayed or leased, and gives each to a function with what its meta holds.
local function take_due(key, each)
  local ids = redis.call('ZRANGEBYSCORE', key, '-inf', exact(now), 'LIMIT', 0, 1000)
  if #ids == 0 then return end
  check_types()
  redis.call('ZREM', key, unpack(ids))
  for i, meta in ipairs(metas_of(ids)) do
    local priority, _, attempts, limit, _, group = string.match(meta or '', META)
    if priority then each(ids[i], priority, tonumber(attempts), tonumber(limit), group) else bury_rest(ids[i]) end
  end
end
local function end_delay(id, priority, _, _, group) make_ready(id, priority, group) end
local function end_lease(id, priority, attempts, limit, group)
  make_room(group)
  if attempts >= limit then bury(id, 'the lease ended') else make_ready(id, priority, group) end
end

-- What is claimed, and by their places in it the groups of those that were claimed by group, as damaged ones may have the same id.
local taken, group_of = {}, {}
-- Claims the first message of a group, unless as many as may be are leased.
local function claim_of_group(group)
  local first = first_of(group, 2)
  if #first == 0 then return end
  local busy = change_leased_of(group, 1)
  if group_limit > 0 and busy > group_limit then
    change_leased_of(group, -1)
    return
  end
  redis.call('ZREM', KEYS[8], first[1])
  taken[#taken + 1] = string.match(first[1], '^%d0*(%d+)$', #group + #tostring(#group) + 3) or ''
  group_of[#taken] = group
  if first[2] and (group_limit == 0 or busy < group_limit) then give_turn(group) end
end
-- Claims in turn, one message of each group, until nobody is left with whom to share.
local function claim_in_turn()
  local shared = false
  while #taken < most do
    local group = redis.call('ZPOPMIN', KEYS[9])[1]
    if not group then break end
    if group ~= '' then
      if not shared and redis.call('ZCARD', KEYS[1]) > 0 then give_turn('') end
      shared = true
      claim_of_group(group)
    elseif redis.call('ZCARD', KEYS[9]) > 0 then
      taken[#taken + 1] = redis.call('ZPOPMIN', KEYS[1])[1]
      if redis.call('ZCARD', KEYS[1]) > 0 then give_turn('') end
    end
  end
end
-- The group of a member of grouped; nothing if somebody else added it.
local function group_in(member)
  local length = string.match(member, '^(%d+):')
  if not length or #length > 9 then return end
  local group = string.sub(member, #length + 2, #length + 1 + length)
  local prefix = #group .. ':' .. group .. ':'
  return group ~= '' and string.sub(member, 1, #prefix) == prefix and group or nil
end
-- Gives groups turns where somebody deleted these: if none has one, and the first that has messages is not at its limit. Goes from
-- group to group, up to 1000.
local function restore_turns()
  local from, restored = '-', false
  for _ = 1, 1000 do
    local member = redis.pcall('ZRANGEBYLEX', KEYS[8], from, '+', 'LIMIT', 0, 1)[1]
    if not member then break end
    local group = group_in(member)
    if not group then
      redis.call('ZREM', KEYS[8], member)
    else
      if group_limit == 0 or leased_of(group) < group_limit then
        give_turn(group)
        restored = true
      elseif not restored then
        break
      end
      from = '(' .. #group .. ':' .. group .. ';'
    end
  end
  return restored
end
-- Leases and delivers what was claimed; answers that, as receipts.
local function lease_taken(last_lease)
  local receipts, leases, metas = {}, {}, {}
  if #taken == 0 then return receipts end
  local this_lease = exact(math.max(now, (tonumber(last_lease) or 0) + 1))
  redis.call('SET', KEYS[12], this_lease)
  local bodies = redis.call('HMGET', KEYS[4], unpack(taken))
  for i, meta in ipairs(metas_of(taken)) do
    local id = taken[i]
    local priority, attempts, rest, enqueued, group = string.match(meta or '', '^(%d+):%d+:(%d+)(:%d+:(%d+):(.*))$')
    if priority and bodies[i] then
      local n, attempt = #leases, attempts + 1
      leases[n + 1], leases[n + 2] = lease_end, id
      metas[n + 1], metas[n + 2] = id, priority .. ':' .. this_lease .. ':' .. attempt .. rest
      receipts[#receipts + 1] = id .. ':' .. this_lease
      deliver(id, this_lease, attempt, enqueued, bodies[i], group)
    else
      bury_rest(id)
      make_room(group_of[i] or '')
    end
  end
  if #leases > 0 then
    redis.call('ZADD', KEYS[3], unpack(leases))
    redis.call('HSET', KEYS[5], unpack(metas))
  end
  return receipts
end

local more
local paused, last_lease, before = unpack(redis.call('MGET', KEYS[11], KEYS[12], KEYS[13]))
if paused then most, more = 0, false end
local turn, results, receipts = string.match(before or '', '^(%d+)|([^|]*)|(.*)$')
local later = turn and tonumber(turn) - tonumber(ARGV[5]) or -1
if later > 0 then
  -- Its caller has given it up since, and asks for something else.
  for at = 7, #ARGV, 4 do settled[#settled + 1] = 0 end
elseif later == 0 then
  for result in string.gmatch(results, '%d') do settled[#settled + 1] = tonumber(result) end
  for id, receipt in string.gmatch(receipts, '(%d+):(%d+)') do
    local _, held, attempts, _, enqueued, group = string.match(redis.call('HGET', KEYS[5], id) or '', META)
    local body = redis.call('HGET', KEYS[4], id)
    if held == receipt and body and redis.call('ZSCORE', KEYS[3], id) then
      deliver(id, held, tonumber(attempts), enqueued, body, group)
    end
  end
else
  settle_all()
  take_due(KEYS[2], end_delay)
  take_due(KEYS[3], end_lease)
  end_moves()
  if most > 0 then
    claim_in_turn()
    if #taken < most then
      local popped = redis.call('ZPOPMIN', KEYS[1], most - #taken)
      for i = 1, #popped, 2 do taken[#taken + 1] = popped[i] end
      if #taken == 0 and restore_turns() then claim_in_turn() end
    end
  end
  local moved_before = moved
  local claimed = lease_taken(last_lease)
  -- A claim that got less than it asked for has left nothing, unless what it got was damaged and made room for others.
  if #taken < most and moved == moved_before then more = false end
  -- Also of one that did nothing, since nobody would work on what it claims when it arrives once more, later. A full server may refuse to
  -- keep that.
  local outcome = table.concat(settled)
  local call = (#claimed > 0 or string.find(outcome, '1', 1, true)) and redis.call or redis.pcall
  call('SET', KEYS[13], ARGV[5] .. '|' .. outcome .. '|' .. table.concat(claimed, ','), 'PX', ARGV[6])
end

if more == nil then more = redis.call('ZCARD', KEYS[1]) > 0 or redis.call('ZCARD', KEYS[9]) > 0 end

