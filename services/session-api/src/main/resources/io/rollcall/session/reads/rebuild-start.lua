-- KEYS: generations, lease, retired. ARGV: who asks, for how long in milliseconds, the generation to be built.
local known = redis.call('HMGET', KEYS[1], 'current', 'building')
if not known[1] then
    return {'none'}
end
if not redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then
    return {'taken'}
end
if known[2] then
    redis.call('SADD', KEYS[3], known[2])
end
redis.call('HDEL', KEYS[1], 'held')
redis.call('HSET', KEYS[1], 'building', ARGV[3])
return {'moved', known[1], ARGV[3]}
