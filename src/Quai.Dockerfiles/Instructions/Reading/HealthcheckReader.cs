using System.Globalization;
using Quai.Dockerfiles.Instructions.Settings;
using Quai.Dockerfiles.Syntax;

namespace Quai.Dockerfiles.Instructions.Reading;

/// <summary>Reads HEALTHCHECK.</summary>
internal static class HealthcheckReader
{
    private const long Shortest = 1_000_000;

    /// <summary>Reads it.</summary>
    public static HealthcheckInstruction Read(Node node)
    {
        if (node.Arguments.Count == 0)
        {
            throw new DockerfileException("HEALTHCHECK requires at least one argument", node.Lines);
        }

        string kind = node.Arguments[0].ToUpperInvariant();
        if (kind == "NONE")
        {
            FlagValues.Read(node);
            return node.Arguments.Count == 1 ? new HealthcheckInstruction(node, ["NONE"]) : throw new DockerfileException("HEALTHCHECK NONE takes no arguments", node.Lines);
        }

        FlagValues flags = FlagValues.Read(node, "interval", "timeout", "start-period", "start-interval", "retries");
        if (kind != "CMD")
        {
            throw new DockerfileException($"Unknown type \"{kind}\" in HEALTHCHECK (try CMD)", node.Lines);
        }

        IEnumerable<string> line = node.Arguments.Skip(1);
        IReadOnlyList<string> command = node.IsJson ? [.. line] : node.Arguments.Count > 1 ? [string.Join(' ', line)] : [];
        if (command.Count == 0)
        {
            throw new DockerfileException("Missing command after HEALTHCHECK CMD", node.Lines);
        }

        return new HealthcheckInstruction(node, [node.IsJson ? "CMD" : "CMD-SHELL", .. command])
        {
            Interval = Time(flags, "interval", node.Lines),
            Timeout = Time(flags, "timeout", node.Lines),
            StartPeriod = Time(flags, "start-period", node.Lines),
            StartInterval = Time(flags, "start-interval", node.Lines),
            Retries = Count(flags.Text("retries"), node.Lines),
        };
    }

    private static long Time(FlagValues flags, string name, LineRange lines)
    {
        string text = flags.Text(name);
        if (text.Length == 0)
        {
            return 0;
        }

        if (!GoDuration.TryParse(text, out long time))
        {
            throw new DockerfileException($"time: invalid duration \"{text}\"", lines);
        }

        return time is 0 or >= Shortest ? time : throw new DockerfileException($"Interval \"{name}\" cannot be less than {GoDuration.Format(Shortest)}", lines);
    }

    private static int Count(string text, LineRange lines)
    {
        if (text.Length == 0)
        {
            return 0;
        }

        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int count))
        {
            throw new DockerfileException($"strconv.ParseInt: parsing \"{text}\": invalid syntax", lines);
        }

        return count >= 0 ? count : throw new DockerfileException($"--retries cannot be negative ({count})", lines);
    }
}
