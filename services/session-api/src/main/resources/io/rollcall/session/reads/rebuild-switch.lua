-- KEYS: generations, lease, retired, positions of the current generation, of the new one. ARGV: whose the lease is,
-- current, the new one. The new one is served once it is nowhere behind.
local known = redis.call('HMGET', KEYS[1], 'current', 'building')
if redis.call('GET', KEYS[2]) ~= ARGV[1] or known[1] ~= ARGV[2] or known[2] ~= ARGV[3] then
    return {'lost'}
end
local before = redis.call('HGETALL', KEYS[4])
for i = 1, #before, 2 do
    local now = redis.call('HGET', KEYS[5], before[i])
    if not now or tonumber(now) < tonumber(before[i + 1]) then
        return {'behind'}
    end
end
redis.call('HDEL', KEYS[1], 'building', 'held')
redis.call('HSET', KEYS[1], 'current', ARGV[3])
redis.call('SADD', KEYS[3], ARGV[2])
redis.call('DEL', KEYS[2])
return {'switched', ARGV[3], ''}
