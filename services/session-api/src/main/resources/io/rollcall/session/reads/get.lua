-- KEYS: generations, filling, document. ARGV: current, building.
local elsewhere = moved(ARGV[1], ARGV[2])
if elsewhere then
    return elsewhere
end
local state = redis.call('HGET', KEYS[3], 'state')
if state then
    return {'found', state}
end
if redis.call('EXISTS', KEYS[2]) == 1 then
    return {'filling'}
end
return {'absent'}
