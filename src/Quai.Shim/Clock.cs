using Quai.Linux.Kernel;
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

    /// <summary>Writes the time as Go's RFC3339Nano does: no trailing zeros in the fraction.</summary>
    public static void Write(byte* buffer, ref int at)
    {
        long now = Now();
        long seconds = now / 1_000_000_000, nanoseconds = now % 1_000_000_000;
        long days = seconds / 86400;
        int rest = (int)(seconds % 86400);

        // Days to a date of the proleptic Gregorian calendar, counting years from March.
        long shifted = days + 719468;
        long era = shifted / 146097;
        int dayOfEra = (int)(shifted - (era * 146097));
        int yearOfEra = (dayOfEra - (dayOfEra / 1460) + (dayOfEra / 36524) - (dayOfEra / 146096)) / 365;
        int dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        int month = ((5 * dayOfYear) + 2) / 153;
        int day = dayOfYear - (((153 * month) + 2) / 5) + 1;
        month = month < 10 ? month + 3 : month - 9;
        int year = (int)(yearOfEra + (era * 400)) + (month <= 2 ? 1 : 0);

        Digits(buffer, ref at, year, 4);
        buffer[at++] = (byte)'-';
        Digits(buffer, ref at, month, 2);
        buffer[at++] = (byte)'-';
        Digits(buffer, ref at, day, 2);
        buffer[at++] = (byte)'T';
        Digits(buffer, ref at, rest / 3600, 2);
        buffer[at++] = (byte)':';
        Digits(buffer, ref at, rest / 60 % 60, 2);
        buffer[at++] = (byte)':';
        Digits(buffer, ref at, rest % 60, 2);
        if (nanoseconds != 0)
        {
            int count = 9;
            while (nanoseconds % 10 == 0)
            {
                nanoseconds /= 10;
                count--;
            }

            buffer[at++] = (byte)'.';
            Digits(buffer, ref at, nanoseconds, count);
        }

        buffer[at++] = (byte)'Z';
    }

    private static void Digits(byte* buffer, ref int at, long value, int count)
    {
        for (int i = count - 1; i >= 0; i--)
        {
            buffer[at + i] = (byte)('0' + (value % 10));
            value /= 10;
        }

        at += count;
    }
}
