-- Keeps a state unless one as new is there. What was removed leaves its owner's list and expires.
local function keep(document, owner, version, member, expires, state)
    local known = redis.call('HGET', document, 'version')
    if known and tonumber(known) >= tonumber(version) then
        return
    end
    redis.call('HSET', document, 'version', version, 'owner', owner, 'member', member, 'state', state)
    if expires ~= '' then
        redis.call('ZREM', owner, member)
        redis.call('PEXPIREAT', document, expires)
    else
        redis.call('ZADD', owner, 0, member)
        if known then
            redis.call('PERSIST', document)
        end
    end
end

