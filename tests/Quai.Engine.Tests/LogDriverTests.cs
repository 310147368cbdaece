using Quai.Engine.Logs.Drivers;
using Quai.Engine.Logs.Options;
using Quai.Errors;
using Xunit;

namespace Quai.Engine.Tests;

/// <summary>What may be asked of log drivers, in the words of Docker Engine 28.5.</summary>
public sealed class LogDriverTests
{
    [Theory]
    [InlineData("nosuch", "", "error looking up logging plugin nosuch: plugin \"nosuch\" not found")]
    [InlineData("json-file", "nosuch=1", "unknown log opt 'nosuch' for json-file log driver")]
    [InlineData("json-file", "mode=weird", "logger: logging mode not supported: weird")]
    [InlineData("json-file", "max-buffer-size=1m", "logger: max-buffer-size option is only supported with 'mode=non-blocking'")]
    [InlineData("json-file", "mode=non-blocking max-buffer-size=abc", "error parsing option max-buffer-size: invalid size: 'abc'")]
    [InlineData("json-file", "cache-disabled=x", "invalid value for option cache-disabled: x")]
    [InlineData("json-file", "cache-nope=x", "unknown log opt 'cache-nope' for json-file log driver")]
    [InlineData("local", "nosuch=1", "unknown log opt 'nosuch' for log driver local")]
    [InlineData("syslog", "syslog-address=foo", "unsupported scheme: ''")]
    [InlineData("syslog", "syslog-address=foo://x", "unsupported scheme: 'foo'")]
    [InlineData("syslog", "syslog-address=tcp://127.0.0.1:x", "parse \"tcp://127.0.0.1:x\": invalid port \":x\" after host")]
    [InlineData("syslog", "syslog-address=tcp://[::1", "parse \"tcp://[::1\": missing ']' in host")]
    [InlineData("syslog", "syslog-address=tcp://a:b:c", "parse \"tcp://a:b:c\": invalid port \":c\" after host")]
    [InlineData("syslog", "syslog-address=unix:///nosuch", "stat /nosuch: no such file or directory")]
    [InlineData("syslog", "syslog-facility=nosuch", "invalid syslog facility")]
    [InlineData("syslog", "syslog-facility=24", "invalid syslog facility")]
    [InlineData("syslog", "syslog-format=nosuch", "Invalid syslog format")]
    [InlineData("syslog", "max-size=1m", "unknown log opt 'max-size' for syslog log driver")]
    [InlineData("fluentd", "nosuch=1", "unknown log opt 'nosuch' for fluentd log driver")]
    [InlineData("fluentd", "fluentd-address=foo://x", "invalid fluentd-address (foo://x): unsupported scheme: 'foo'")]
    [InlineData("fluentd", "fluentd-address=127.0.0.1:x", "invalid fluentd-address (127.0.0.1:x): parse \"tcp://127.0.0.1:x\": invalid port \":x\" after host")]
    [InlineData("fluentd", "fluentd-address=tcp://127.0.0.1:99999", "invalid fluentd-address (tcp://127.0.0.1:99999): invalid port: strconv.ParseUint: parsing \"99999\": value out of range")]
    [InlineData("fluentd", "fluentd-address=tcp://127.0.0.1:1/path", "invalid fluentd-address (tcp://127.0.0.1:1/path): should not contain a path element")]
    [InlineData("fluentd", "fluentd-address=unix://", "invalid fluentd-address (unix://): path is empty")]
    [InlineData("fluentd", "fluentd-buffer-limit=x", "invalid size: 'x'")]
    [InlineData("fluentd", "fluentd-retry-wait=x", "time: invalid duration \"x\"")]
    [InlineData("fluentd", "fluentd-retry-wait=5", "time: missing unit in duration \"5\"")]
    [InlineData("fluentd", "fluentd-max-retries=-1", "strconv.ParseUint: parsing \"-1\": invalid syntax")]
    [InlineData("fluentd", "fluentd-async=x", "strconv.ParseBool: parsing \"x\": invalid syntax")]
    [InlineData("fluentd", "fluentd-async-connect=true", "unknown log opt 'fluentd-async-connect' for fluentd log driver")]
    [InlineData("fluentd", "fluentd-async-reconnect-interval=1ms", "invalid value for fluentd-async-reconnect-interval: value (\"1ms\") must be between 100ms and 10s")]
    [InlineData("fluentd", "fluentd-write-timeout=x", "invalid value for fluentd-write-timeout: value must be a duration: time: invalid duration \"x\"")]
    [InlineData("fluentd", "fluentd-write-timeout=-1s", "invalid value for fluentd-write-timeout: value must be a duration that is non-negative")]
    [InlineData("gelf", "", "gelf-address is a required parameter")]
    [InlineData("gelf", "gelf-address=foo", "gelf: endpoint needs to be TCP or UDP")]
    [InlineData("gelf", "gelf-address=udp://127.0.0.1", "gelf: please provide gelf-address as proto://host:port")]
    [InlineData("gelf", "gelf-address=udp://127.0.0.1:9 nosuch=1", "unknown log opt \"nosuch\" for gelf log driver")]
    [InlineData("gelf", "gelf-address=udp://127.0.0.1:9 gelf-compression-type=x", "unknown value \"x\" for log opt \"gelf-compression-type\" for gelf log driver")]
    [InlineData("gelf", "gelf-address=udp://127.0.0.1:9 gelf-compression-level=10", "unknown value \"10\" for log opt \"gelf-compression-level\" for gelf log driver")]
    [InlineData("gelf", "gelf-address=tcp://127.0.0.1:9 gelf-compression-level=1", "compression is only supported on UDP")]
    [InlineData("gelf", "gelf-address=udp://127.0.0.1:9 gelf-tcp-max-reconnect=1", "\"gelf-tcp-max-reconnect\" is only valid for TCP")]
    [InlineData("gelf", "gelf-address=tcp://127.0.0.1:9 gelf-tcp-reconnect-delay=-1", "\"gelf-tcp-reconnect-delay\" must be a positive integer")]
    [InlineData("journald", "nosuch=1", "unknown log opt 'nosuch' for journald log driver")]
    public void What_cannot_be_is_refused(string driver, string options, string message) =>
        Assert.Equal(message, Assert.Throws<QuaiException>(() => LogDrivers.Validate(driver, Options(options))).Message);

    [Theory]
    [InlineData("none", "nosuch=1")]
    [InlineData("json-file", "max-size=10m max-file=3 compress=true labels=a labels-regex=b env=c env-regex=d tag={{.ID}} mode=blocking cache-max-size=1m")]
    [InlineData("local", "max-size=1.5m")]
    [InlineData("syslog", "")]
    [InlineData("syslog", "syslog-address=tcp+tls://[::1]:6514 syslog-format=rfc5424micro syslog-facility=local7 syslog-tls-skip-verify=1 mode=non-blocking max-buffer-size=4m")]
    [InlineData("fluentd", "fluentd-address=tls://h fluentd-async=true fluentd-async-reconnect-interval=500ms fluentd-max-retries=2 fluentd-retry-wait=1m0.5s")]
    [InlineData("gelf", "gelf-address=tcp://h:1 gelf-tcp-max-reconnect=0")]
    [InlineData("journald", "tag=x cache-disabled=true")]
    public void What_can_be_is_taken(string driver, string options) => LogDrivers.Validate(driver, Options(options));

    [Theory]
    [InlineData("10m", 10_000_000)]
    [InlineData("1.5k", 1500)]
    [InlineData("2GB", 2_000_000_000)]
    [InlineData("7", 7)]
    public void Sizes(string text, long expected) => Assert.Equal(expected, LogValues.Size(text));

    [Theory]
    [InlineData("1m30s", 90_000)]
    [InlineData("-1.5s", -1500)]
    [InlineData("0", 0)]
    public void Durations(string text, double milliseconds) => Assert.Equal(milliseconds, LogValues.Duration(text).TotalMilliseconds);

    [Fact]
    public void Names_of_the_journal() => Assert.Equal("COM_EXAMPLE_A1", JournalServer.FieldName("_com.example/a1"));

    [Fact]
    public void Local_time_has_its_changes()
    {
        TimeZoneInfo.TransitionTime Last(int month, int hour) => TimeZoneInfo.TransitionTime.CreateFloatingDateRule(new DateTime(1, 1, 1, hour, 0, 0), month, 5, DayOfWeek.Sunday);
        TimeZoneInfo berlin = TimeZoneInfo.CreateCustomTimeZone("x", TimeSpan.FromHours(1), "x", "x", "y", [TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(
            DateTime.MinValue.Date, DateTime.MaxValue.Date, TimeSpan.FromHours(1), Last(3, 2), Last(10, 3))]);
        IReadOnlyList<(long Since, long Offset)> offsets = LocalTime.Offsets(berlin, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        Assert.Equal((0, 3600), offsets[0]);
        Assert.Equal((new DateTimeOffset(2026, 3, 29, 1, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds(), 7200), offsets[1]);
        Assert.Equal([(0, 0)], LocalTime.Offsets(TimeZoneInfo.Utc, DateTimeOffset.UtcNow));
    }

    private static Dictionary<string, string> Options(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(o => o.Split('=', 2)).ToDictionary(o => o[0], o => o[1]);
}
