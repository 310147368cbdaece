using System.Globalization;
using Quai.Dockerfiles.Instructions.Settings;
using Quai.Dockerfiles.Syntax;
using Quai.Errors;

namespace Quai.Dockerfiles.Instructions.Reading;

/// <summary>Reads HEALTHCHECK.</summary>
internal static class HealthcheckReader
{
    private const long Shortest = 1_000_000;

    public static HealthcheckInstruction Read(Node node)
    {
        if (node.Arguments.Count == 0)
        {
            throw SettingReader.AtLeastOne(node);
        }

        string kind = node.Arguments[0].ToUpperInvariant();
        string[] program = [.. node.Arguments.Skip(1)];
        if (kind == "NONE")
        {
            return program.Length == 0 ? new HealthcheckInstruction(node, ["NONE"], new HealthcheckTimes(0, 0, 0, 0), 0)
                : throw new DockerfileException("HEALTHCHECK NONE takes no arguments", node.Lines);
        }

        var flags = new FlagSet(node, "interval", "timeout", "start-period", "start-interval", "retries");
        if (kind != "CMD")
        {
            throw new DockerfileException($"Unknown type \"{kind}\" in HEALTHCHECK (try CMD)", node.Lines);
        }

        if (program.Length == 0)
        {
            throw new DockerfileException("Missing command after HEALTHCHECK CMD", node.Lines);
        }

        var times = new HealthcheckTimes(Time(node, flags, "interval"), Time(node, flags, "timeout"), Time(node, flags, "start-period"), Time(node, flags, "start-interval"));
        return new HealthcheckInstruction(node, [node.IsJson ? "CMD" : "CMD-SHELL", .. program], times, Retries(node, flags.Text("retries")));
    }

    private static long Time(Node node, FlagSet flags, string name)
    {
        string text = flags.Text(name);
        if (text.Length == 0)
        {
            return 0;
        }

        try
        {
            long time = Durations.Parse(text);
            return time is 0 or >= Shortest ? time : throw new DockerfileException($"Interval \"{name}\" cannot be less than 1ms", node.Lines);
        }
        catch (QuaiException e) when (e is not DockerfileException)
        {
            throw new DockerfileException(e.Message, node.Lines, e);
        }
    }

    private static int Retries(Node node, string text)
    {
        if (text.Length == 0)
        {
            return 0;
        }

        return !int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int retries) ? throw new DockerfileException($"strconv.ParseInt: parsing \"{text}\": invalid syntax", node.Lines)
            : retries < 0 ? throw new DockerfileException($"--retries cannot be negative ({retries})", node.Lines)
            : retries;
    }
}
