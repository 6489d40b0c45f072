-- One entry of RedisLimitBook, done whole or not at all: what ScopeState and SlidingWindow do, told to Redis.
--
-- KEYS: [1] the number of the last settlement of this server, then two for each scope: its minute (windows, and what each
-- server has on its way) and what it has spent. ARGV: the operation and its numbers; see each function. Values are packed
-- tables. Time is this server's. Numbers are doubles: exact up to 2^53, nine million dollars in billionths.

local SLOTS = 61
local LEASE = 20000
-- A minute counts for 61 s, what a server has on its way for 20 s after its last word.
local MINUTE_TTL = 90000
-- Longer than a month; whoever misses it reads it from PostgreSQL again.
local SPENT_TTL = 40 * 86400000
local SERVER_TTL = 3600000
local UNLIMITED = -1
local NEVER = -1

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

local at = 0
local function text()
  at = at + 1
  return ARGV[at]
end
local function number()
  return tonumber(text())
end

local function scopes()
  return (#KEYS - 1) / 2
end
local function minute_key(i)
  return KEYS[2 * i]
end
local function spent_key(i)
  return KEYS[2 * i + 1]
end

-- Windows: a table of seconds, used[slot % 61 + 1], the newest one's number and the sum of all.

local function advance(window)
  local slot = math.floor(now / 1000)
  if slot <= window.newest then
    return
  end
  if slot - window.newest >= SLOTS then
    for i = 1, SLOTS do
      window.used[i] = 0
    end
    window.sum = 0
  else
    for gone = window.newest + 1, slot do
      local i = gone % SLOTS + 1
      window.sum = window.sum - window.used[i]
      window.used[i] = 0
    end
  end
  window.newest = slot
end

local function put(window, slot, amount)
  local i = slot % SLOTS + 1
  window.used[i] = window.used[i] + amount
  window.sum = window.sum + amount
end

-- What was too much is taken back if it still counts; what was too little counts from now.
local function correct(window, begun, difference)
  if difference > 0 then
    put(window, window.newest, difference)
    return
  end
  local slot = math.floor(begun / 1000)
  if slot <= window.newest and window.newest - slot < SLOTS then
    put(window, slot, math.max(difference, -window.used[slot % SLOTS + 1]))
  end
end

local function millis_until(window, amount, limit)
  local to_go = window.sum + amount - limit
  for slot = window.newest - SLOTS + 1, window.newest do
    to_go = to_go - window.used[slot % SLOTS + 1]
    if to_go <= 0 then
      return math.max(1, (slot + SLOTS) * 1000 - now)
    end
  end
  return 0
end

local function millis_until_empty(window)
  for slot = window.newest, window.newest - SLOTS + 1, -1 do
    if window.used[slot % SLOTS + 1] > 0 then
      return math.max(1, (slot + SLOTS) * 1000 - now)
    end
  end
  return 0
end

local function empty_window()
  local used = {}
  for i = 1, SLOTS do
    used[i] = 0
  end
  return {newest = 0, sum = 0, used = used}
end

-- The minute of a scope: windows of requests (r), input (i) and output (o); held by each server: requests, tokens, cost,
-- and when it was last heard of.

local function read_minute(key)
  local packed = redis.call('GET', key)
  local minute = packed and cmsgpack.unpack(packed)
    or {r = empty_window(), i = empty_window(), o = empty_window(), held = {}}
  advance(minute.r)
  advance(minute.i)
  advance(minute.o)
  return minute
end

-- Whether there was any of a server that is dead.
local function forget_dead(minute)
  local some = false
  for server, held in pairs(minute.held) do
    if now - held[4] > LEASE then
      minute.held[server] = nil
      some = true
    end
  end
  return some
end

local function write_minute(key, minute)
  redis.call('SET', key, cmsgpack.pack(minute), 'PX', MINUTE_TTL)
end

local function held_sum(minute, what)
  local sum = 0
  for _, held in pairs(minute.held) do
    sum = sum + held[what]
  end
  return sum
end

-- What was spent: for the day, week and month that hold now {first day since 1970, tokens, billionths of a dollar}.

local function start_day(period, millis)
  local day = math.floor(millis / 86400000)
  if period == 1 then
    return day
  elseif period == 2 then
    return day - (day + 3) % 7
  end
  -- The day of the month, by counting from the first of March of the year 0 in cycles of 400 years.
  local of_cycle = (day + 719468) % 146097
  local year = math.floor((of_cycle - math.floor(of_cycle / 1460) + math.floor(of_cycle / 36524)
    - math.floor(of_cycle / 146096)) / 365)
  local of_year = of_cycle - (365 * year + math.floor(year / 4) - math.floor(year / 100))
  local month = math.floor((5 * of_year + 2) / 153)
  return day - (of_year - math.floor((153 * month + 2) / 5))
end

local function read_spent(key)
  local packed = redis.call('GET', key)
  if not packed then
    return nil
  end
  local spent = cmsgpack.unpack(packed)
  for period = 1, 3 do
    local start = start_day(period, now)
    if start > spent[period][1] then
      spent[period] = {start, 0, 0}
    end
  end
  return spent
end

local function write_spent(key, spent)
  redis.call('SET', key, cmsgpack.pack(spent), 'PX', SPENT_TTL)
end

local function charge(key, tokens, cost)
  local spent = read_spent(key)
  -- Where nobody asks for a budget nothing is kept: PostgreSQL counts all.
  if spent and (tokens > 0 or cost > 0) then
    for period = 1, 3 do
      spent[period][2] = spent[period][2] + tokens
      spent[period][3] = spent[period][3] + cost
    end
    write_spent(key, spent)
  end
end

-- A settlement whose answer was lost comes again under its number.
local function is_repeated()
  local mine = number()
  if mine <= tonumber(redis.call('GET', KEYS[1]) or 0) then
    return true
  end
  redis.call('SET', KEYS[1], mine, 'PX', SERVER_TTL)
  return false
end

local function plain(value)
  return string.format('%.0f', value)
end

-- server, input, likely output, most tokens, most cost; for each scope: limits of requests, input, output, places, then
-- how many budgets, and of each its period, unit (2 tokens, 3 cost) and amount.
-- Answers: now, 0 or the scope that refuses, what of, its limit, when again; for each scope three times what is left and
-- when all is free again. Or the scopes, negative, whose spending is unknown.
local function reserve()
  local server, input, output, tokens, cost = text(), number(), number(), number(), number()
  local minutes, limits, changed, unknown = {}, {}, {}, {}
  local refused, what, bound, retry = 0, 0, 0, 0

  local function short(scope, kind, limit, millis)
    local longer = refused == 0 or (retry ~= NEVER and (millis == NEVER or millis > retry))
    if longer then
      refused, what, bound, retry = scope, kind, limit, millis
    end
  end
  local function hold(scope, kind, window, amount, limit)
    if limit == UNLIMITED or amount == 0 then
      return
    end
    if amount > limit then
      short(scope, kind, limit, NEVER)
    elseif window.sum + amount > limit then
      short(scope, kind, limit, millis_until(window, amount, limit))
    end
  end

  for scope = 1, scopes() do
    local minute = read_minute(minute_key(scope))
    local mine = {number(), number(), number(), number()}
    minutes[scope], limits[scope], changed[scope] = minute, mine, forget_dead(minute)
    hold(scope, 1, minute.r, 1, mine[1])
    hold(scope, 2, minute.i, input, mine[2])
    -- An estimate above the whole limit only says that the answer may take it all.
    hold(scope, 3, minute.o, mine[3] == UNLIMITED and output or math.min(output, mine[3]), mine[3])
    if mine[4] ~= UNLIMITED and held_sum(minute, 1) >= mine[4] then
      short(scope, 4, mine[4], 1000)
    end
    local budgets = number()
    local spent = budgets > 0 and read_spent(spent_key(scope))
    if budgets > 0 and not spent then
      unknown[#unknown + 1] = plain(-scope)
    end
    for _ = 1, budgets do
      local period, unit, amount = number(), number(), number()
      if spent and spent[period][unit] + held_sum(minute, unit) >= amount then
        -- So many days on it is the next period, whatever month this is.
        local next_one = (start_day(period, now) + ({1, 7, 32})[period]) * 86400000
        short(scope, 5, amount, start_day(period, next_one) * 86400000 - now)
      end
    end
  end
  if #unknown > 0 then
    return unknown
  end

  local answer = {plain(now), plain(refused), plain(what), plain(bound), plain(retry)}
  for scope = 1, scopes() do
    local minute = minutes[scope]
    if refused == 0 then
      put(minute.r, minute.r.newest, 1)
      put(minute.i, minute.i.newest, input)
      put(minute.o, minute.o.newest, output)
      local held = minute.held[server] or {0, 0, 0, 0}
      minute.held[server] = {held[1] + 1, held[2] + tokens, held[3] + cost, now}
    end
    if refused == 0 or changed[scope] then
      write_minute(minute_key(scope), minute)
    end
    local windows = {minute.r, minute.i, minute.o}
    for i = 1, 3 do
      local limit = limits[scope][i]
      answer[#answer + 1] = plain(limit == UNLIMITED and 0 or math.max(0, limit - windows[i].sum))
      answer[#answer + 1] = plain(limit == UNLIMITED and 0 or millis_until_empty(windows[i]))
    end
  end
  return answer
end

-- its number, server, when it was reserved, then what was: input, likely output, most tokens, most cost; then what was
-- used: input, output, cost.
local function settle()
  if is_repeated() then
    return {plain(now)}
  end
  local server, begun = text(), number()
  local input, output, tokens, cost = number(), number(), number(), number()
  local used_input, used_output, used_cost = number(), number(), number()
  for scope = 1, scopes() do
    local minute = read_minute(minute_key(scope))
    correct(minute.i, begun, used_input - input)
    correct(minute.o, begun, used_output - output)
    local held = minute.held[server]
    if held then
      local left = held[1] - 1
      minute.held[server] = left > 0
        and {left, math.max(0, held[2] - tokens), math.max(0, held[3] - cost), now}
        or nil
    end
    write_minute(minute_key(scope), minute)
    charge(spent_key(scope), used_input + used_output, used_cost)
  end
  return {plain(now)}
end

-- its number, then what was used: tokens, cost.
local function charge_all()
  if not is_repeated() then
    local tokens, cost = number(), number()
    for scope = 1, scopes() do
      charge(spent_key(scope), tokens, cost)
    end
  end
  return {plain(now)}
end

-- server, then for each scope what it has on its way there: requests, tokens, cost. Stands in place of what was counted,
-- so that places come back after a loss of memory.
local function touch()
  local server = text()
  for scope = 1, scopes() do
    local minute = read_minute(minute_key(scope))
    minute.held[server] = {number(), number(), number(), now}
    write_minute(minute_key(scope), minute)
  end
  return {plain(now)}
end

-- whether to begin where nothing is known (1 or 0), then what PostgreSQL has for one scope: for day, week and month the
-- first day, tokens, cost. Sums only grow within a period, so of two the greater is the later.
local function raise()
  local begin = number() == 1
  local spent = read_spent(spent_key(1))
  if not spent then
    if not begin then
      return {plain(now)}
    end
    spent = {{0, 0, 0}, {0, 0, 0}, {0, 0, 0}}
  end
  for period = 1, 3 do
    local start, tokens, cost = number(), number(), number()
    if start > spent[period][1] then
      spent[period] = {start, tokens, cost}
    elseif start == spent[period][1] then
      spent[period][2] = math.max(spent[period][2], tokens)
      spent[period][3] = math.max(spent[period][3], cost)
    end
  end
  write_spent(spent_key(1), spent)
  return {plain(now)}
end

local operations = {reserve = reserve, settle = settle, charge = charge_all, touch = touch, raise = raise}
return operations[text()]()
