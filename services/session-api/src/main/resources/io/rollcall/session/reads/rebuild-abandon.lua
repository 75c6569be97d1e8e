-- KEYS: generations, lease, retired. ARGV: whose the lease is, the generation that will not be.
if redis.call('GET', KEYS[2]) ~= ARGV[1] then
    return {'lost'}
end
redis.call('DEL', KEYS[2])
redis.call('HDEL', KEYS[1], 'held')
if redis.call('HGET', KEYS[1], 'building') == ARGV[2] then
    redis.call('HDEL', KEYS[1], 'building')
    redis.call('SADD', KEYS[3], ARGV[2])
end
return {'abandoned'}
