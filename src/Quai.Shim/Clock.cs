using Quai.Linux.Kernel;
using Quai.Shim.Logging;
using static Quai.Linux.Kernel.SystemCall;

namespace Quai.Shim;

/// <summary>The time of day, as nanoseconds and as RFC 3339 text.</summary>
internal static unsafe class Clock
{
    /// <summary>Nanoseconds since 1970.</summary>
    public static long Now()
    {
        long* time = stackalloc long[2];
        Quick(SystemCallNumber.ClockGettime, 0, (long)time);
        return (time[0] * 1_000_000_000) + time[1];
    }

    /// <summary>Milliseconds of a clock that never jumps.</summary>
    public static long Steady()
    {
        long* time = stackalloc long[2];
        Quick(SystemCallNumber.ClockGettime, 1, (long)time);
        return (time[0] * 1000) + (time[1] / 1_000_000);
    }

    /// <summary>Writes a time as Go's RFC3339Nano does: no trailing zeros in the fraction.</summary>
    public static void Write(ref ByteBuffer buffer, long time)
    {
        long nanoseconds = time % 1_000_000_000;
        WriteSeconds(ref buffer, time / 1_000_000_000);
        if (nanoseconds != 0)
        {
            int count = 9;
            while (nanoseconds % 10 == 0)
            {
                nanoseconds /= 10;
                count--;
            }

            buffer.Add((byte)'.');
            buffer.AddNumber(nanoseconds, count);
        }

        buffer.Add((byte)'Z');
    }

    /// <summary>Writes date and time of day, without a zone.</summary>
    public static void WriteSeconds(ref ByteBuffer buffer, long seconds)
    {
        Date(seconds, out int year, out int month, out int day);
        buffer.AddNumber(year, 4);
        buffer.Add((byte)'-');
        buffer.AddNumber(month, 2);
        buffer.Add((byte)'-');
        buffer.AddNumber(day, 2);
        buffer.Add((byte)'T');
        WriteTimeOfDay(ref buffer, seconds);
    }

    /// <summary>Writes hours, minutes and seconds.</summary>
    public static void WriteTimeOfDay(ref ByteBuffer buffer, long seconds)
    {
        int rest = (int)(seconds % 86400);
        buffer.AddNumber(rest / 3600, 2);
        buffer.Add((byte)':');
        buffer.AddNumber(rest / 60 % 60, 2);
        buffer.Add((byte)':');
        buffer.AddNumber(rest % 60, 2);
    }

    /// <summary>The date of a time: days to a date of the proleptic Gregorian calendar, counting years from March.</summary>
    public static void Date(long seconds, out int year, out int month, out int day)
    {
        long shifted = (seconds / 86400) + 719468;
        long era = shifted / 146097;
        int dayOfEra = (int)(shifted - (era * 146097));
        int yearOfEra = (dayOfEra - (dayOfEra / 1460) + (dayOfEra / 36524) - (dayOfEra / 146096)) / 365;
        int dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        month = ((5 * dayOfYear) + 2) / 153;
        day = dayOfYear - (((153 * month) + 2) / 5) + 1;
        month = month < 10 ? month + 3 : month - 9;
        year = (int)(yearOfEra + (era * 400)) + (month <= 2 ? 1 : 0);
    }
}
