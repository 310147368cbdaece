namespace Quai.Engine.Logs.Drivers;

/// <summary>The machine's local time for those who cannot look it up.</summary>
internal static class LocalTime
{
    private const int Days = 10 * 366;

    /// <summary>From when on local time is how many seconds ahead of UTC, for the next ten years.</summary>
    public static IReadOnlyList<(long Since, long Offset)> Offsets(TimeZoneInfo zone, DateTimeOffset now)
    {
        List<(long Since, long Offset)> offsets = [(0, (long)zone.GetUtcOffset(now).TotalSeconds)];
        if (!zone.SupportsDaylightSavingTime)
        {
            return offsets;
        }

        for (int day = 0; day < Days; day++)
        {
            DateTimeOffset from = now.AddDays(day), to = now.AddDays(day + 1);
            if (zone.GetUtcOffset(from) == zone.GetUtcOffset(to))
            {
                continue;
            }

            long low = from.ToUnixTimeSeconds(), high = to.ToUnixTimeSeconds();
            while (high - low > 1)
            {
                long middle = (low + high) / 2;
                bool before = zone.GetUtcOffset(DateTimeOffset.FromUnixTimeSeconds(middle)) == zone.GetUtcOffset(from);
                (low, high) = before ? (middle, high) : (low, middle);
            }

            offsets.Add((high, (long)zone.GetUtcOffset(to).TotalSeconds));
        }

        return offsets;
    }
}
