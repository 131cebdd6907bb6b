-- Gives a board another name, under which there is none yet. Takes as long for millions of members as for one.
--
-- KEYS  after those of the two boards, one that is there if this was done before
-- ARGV  after the boards, of which the second is the new one: for how many milliseconds it is remembered
--
-- Answers {time, 1}, or {time, 0} if there is nothing on the board or something under the new name.

local from, to, done = boards[1], boards[2], KEYS[#KEYS]
if redis.call('EXISTS', done) == 1 then return {now, 1} end
if redis.call('EXISTS', from.board) == 0 or redis.call('EXISTS', to.board) == 1 then return {now, 0} end
for _, part in ipairs({'board', 'entries', 'scores', 'counts', 'data', 'origin'}) do
  if redis.call('EXISTS', from[part]) == 1 then
    redis.call('RENAME', from[part], to[part])
    redis.call('PERSIST', to[part])
  else
    redis.call('DEL', to[part])
  end
end
expire(to)
redis.call('SET', done, '1', 'PX', ARGV[argument])
return {now, 1}
