-- Nothing when the generations are those that the caller believes in.
local function moved(current, building)
    local known = redis.call('HMGET', KEYS[1], 'current', 'building')
    if not known[1] then
        return {'none'}
    end
    if known[1] ~= current or (known[2] or '') ~= building then
        return {'moved', known[1], known[2] or ''}
    end
end

