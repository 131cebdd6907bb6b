-- Records that a user took a step of a funnel, which counts if the user took the one before.
--
-- KEYS     for each step, in order, the set of the users who took it and all before it
-- ARGV[1]  the step, from 1
-- ARGV[2]  user
-- ARGV[3]  for how many milliseconds the funnel is kept after its last step; 0: for ever
--
-- Answers 1 if it counts, or did before, otherwise 0.

local step = tonumber(ARGV[1])
if step > 1 and redis.call('SISMEMBER', KEYS[step - 1], ARGV[2]) == 0 then return 0 end
redis.call('SADD', KEYS[step], ARGV[2])
for i = 1, #KEYS do
  if tonumber(ARGV[3]) > 0 then redis.call('PEXPIRE', KEYS[i], ARGV[3]) else redis.call('PERSIST', KEYS[i]) end
end
return 1
