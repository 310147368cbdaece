namespace Quai.Dockerfiles.Instructions.Settings;

/// <summary>The times of a health check, in nanoseconds; 0 for the usual.</summary>
/// <param name="Interval">Between two checks.</param>
/// <param name="Timeout">That one may take.</param>
/// <param name="StartPeriod">In which failures do not count.</param>
/// <param name="StartInterval">Between two checks in that period.</param>
public sealed record HealthcheckTimes(long Interval, long Timeout, long StartPeriod, long StartInterval);
