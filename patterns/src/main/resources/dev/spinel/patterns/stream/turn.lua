-- One turn of a consumer: acknowledges, gives back and extends what it has, takes over what others left, reads what is new, and finds gaps.
--
-- KEYS[1]  the stream
-- KEYS[2]  hash of what is known of its groups, four fields for each: GROUP:read (how many of all entries that were ever added it was given or
--          told to be missing), GROUP:gaps (how many gaps there were), GROUP:missed (how many entries are missing that were not reported yet,
--          negative if nobody knows), GROUP:after (after which entry)
-- KEYS[3]  the stream of the entries of the group that were given up
-- ARGV[1]  group
-- ARGV[2]  consumer
-- ARGV[3]  where a new group begins: 0, or $ for after what is there. One that vanished begins with what is there
-- ARGV[4]  how many entries to deliver at most
-- ARGV[5]  after how many milliseconds what a consumer left is taken over; 0: not in this turn
-- ARGV[6]  the id from which on to look for that
-- ARGV[7]  how often an entry is delivered at most
-- ARGV[8]  the number of gaps when one was reported to the application last, and taken note of; 0 if there is none since the last turn
-- ARGV[9]  1 if the consumer has had a turn before, so that the group was there, even if nothing is known of it now; 0 otherwise
-- ARGV[10] how many ids to acknowledge
-- ARGV[11] how many entries to give back
-- then ids to acknowledge; ids to give back, each with how often it had been delivered before; ids to extend
--
-- Answers {gaps, after, missed, next, given up, entries}. gaps: 0 if there is nothing to report. next: the id for ARGV[6] of the next turn.
-- given up: how many entries. entries: for each {id, deliveries, fields and values}.
--
-- An entry that is trimmed away unread leaves no trace but a number: the stream counts the entries that were ever added, and the group
-- those that it was given. What the stream has lost and the group was not given is missing. As a reply may be lost, a gap is reported until
-- a consumer says that it was.
--
-- Consumers that died stay in the group: the first turn of another one removes those that have nothing pending and did nothing for an hour.
-- One that lives after all is made again by its next turn.

local stream, known = KEYS[1], KEYS[2]
local group, consumer, most, idle = ARGV[1], ARGV[2], tonumber(ARGV[4]), tonumber(ARGV[5])
local deliveries_limit = tonumber(ARGV[7])
local LONGEST_LEASE, FORGET_AFTER = 86400000, 3600000 -- in milliseconds
local MOST_WORDS = 7000 -- a call takes about 8000; an entry of more is given up as several
local entries, given_up, cursor = {}, 0, ARGV[6]

local function fields_of(flat)
  local fields = {}
  for i = 1, #flat, 2 do fields[flat[i]] = flat[i + 1] end
  return fields
end
-- How many entries were ever added, and how many of them are gone.
local function counts()
  local reply = redis.pcall('XINFO', 'STREAM', stream)
  if reply.err then return 0, 0 end
  local info = fields_of(reply)
  return info['entries-added'], info['entries-added'] - info['length']
end
local function group_info()
  local reply = redis.pcall('XINFO', 'GROUPS', stream)
  if reply.err then return nil end
  for _, flat in ipairs(reply) do
    local info = fields_of(flat)
    if info['name'] == group then return info end
  end
  return nil
end
local function note_gap(after, missed)
  -- A server that is short of memory refuses a HINCRBY, but not what follows a write that needs none. What goes here is set again below.
  redis.call('HDEL', known, group .. ':read')
  redis.call('HINCRBY', known, group .. ':gaps', 1)
  redis.call('HSETNX', known, group .. ':after', after)
  local before = tonumber(redis.call('HGET', known, group .. ':missed') or 0)
  redis.call('HSET', known, group .. ':missed', (missed < 0 or before < 0) and -1 or before + missed)
end

if ARGV[8] ~= '0' and redis.call('HGET', known, group .. ':gaps') == ARGV[8] then
  redis.call('HDEL', known, group .. ':missed', group .. ':after')
end
local added, gone = counts()
local info = group_info()
local given = tonumber(redis.call('HGET', known, group .. ':read') or -1)
if not info then
  local vanished = given >= 0 or ARGV[9] == '1'
  local start = vanished and '0' or ARGV[3]
  redis.call('XGROUP', 'CREATE', stream, group, start, 'MKSTREAM')
  if vanished then note_gap('?', -1) end
  given = start == '$' and added or gone
  info = {['last-delivered-id'] = '0-0'}
elseif given < 0 then
  given = info['lag'] and added - info['lag'] or gone
end
if gone > given then
  note_gap(info['last-delivered-id'], gone - given)
  given = gone
end

if ARGV[9] == '0' then
  for _, flat in ipairs(redis.call('XINFO', 'CONSUMERS', stream, group)) do
    local one = fields_of(flat)
    if one['pending'] == 0 and one['idle'] >= FORGET_AFTER then
      redis.call('XGROUP', 'DELCONSUMER', stream, group, one['name'])
    end
  end
end

-- Begins the idle time of an entry anew, if this consumer has it. One that was trimmed away meanwhile is forgotten by that, and is missing
-- unless its handler succeeds, which nobody could tell later.
local function claim(id, ...)
  local held = #redis.call('XPENDING', stream, group, id, id, 1, consumer) == 1
  if held and #redis.call('XCLAIM', stream, group, consumer, 0, id, ...) == 0 then note_gap(id, 1) end
end
local first_back = 12 + tonumber(ARGV[10])
local first_extended = first_back + 2 * tonumber(ARGV[11])
for i = 12, first_back - 1 do redis.call('XACK', stream, group, ARGV[i]) end
for i = first_back, first_extended - 1, 2 do
  claim(ARGV[i], 'IDLE', LONGEST_LEASE, 'RETRYCOUNT', ARGV[i + 1], 'JUSTID')
end
for i = first_extended, #ARGV do claim(ARGV[i], 'JUSTID') end

if idle > 0 and most > 0 then
  local claimed = redis.call('XAUTOCLAIM', stream, group, consumer, idle, cursor, 'COUNT', most)
  cursor = claimed[1]
  for _, entry in ipairs(claimed[2]) do
    local deliveries = redis.call('XPENDING', stream, group, entry[1], entry[1], 1)[1][4]
    if deliveries > deliveries_limit then
      local words = entry[2]
      for first = 1, #words, MOST_WORDS do
        redis.call('XADD', KEYS[3], '*', 'spinel:id', entry[1], 'spinel:deliveries', deliveries - 1,
          unpack(words, first, math.min(#words, first + MOST_WORDS - 1)))
      end
      redis.call('XACK', stream, group, entry[1])
      given_up = given_up + 1
    else
      entries[#entries + 1] = {entry[1], deliveries, entry[2]}
    end
  end
  -- Delivered, not acknowledged, and gone: perhaps nobody worked on them, or those who do will fail. The server forgets them whoever holds
  -- them, and for how long, so that nobody could tell later.
  if claimed[3] and #claimed[3] > 0 then note_gap(claimed[3][1], #claimed[3]) end
end
if most > #entries then
  local read = redis.call('XREADGROUP', 'GROUP', group, consumer, 'COUNT', most - #entries, 'STREAMS', stream, '>')
  if read then
    for _, entry in ipairs(read[1][2]) do entries[#entries + 1] = {entry[1], 1, entry[2]} end
    given = given + #read[1][2]
  end
end
if tonumber(redis.call('HGET', known, group .. ':read') or -1) ~= given then redis.call('HSET', known, group .. ':read', given) end

local gaps = tonumber(redis.call('HGET', known, group .. ':gaps') or 0)
local after, missed = '', 0
local unreported = redis.call('HGET', known, group .. ':missed')
if unreported then
  after, missed = redis.call('HGET', known, group .. ':after'), tonumber(unreported)
else
  gaps = 0
end
return {gaps, after, missed, cursor, given_up, entries}
