using Quai.Api.Images;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;

namespace Quai.Cli.Images;

/// <summary><c>quai image verify</c>, which Docker lacks: rechecks every digest on disk.</summary>
internal sealed class Verify(string path) : Command(path)
{
    public override string Usage => "[IMAGE...]";

    public override string Summary => "Check that images are on the disk as they were pulled";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(0);

    public override int Execute(Session session, List<string> arguments)
    {
        VerificationLine? last = null;
        foreach (VerificationLine line in session.Engine.Images.VerifyAsync(arguments).Await())
        {
            if (line.Error.Length > 0)
            {
                throw new ExitException(1, line.Error);
            }

            last = line;
            if (line.Problem.Length > 0)
            {
                session.Out.WriteLine($"{line.Kind} {line.Name}: {line.Problem}{(line.NeededBy.Count == 0 ? "" : $" (needed by {string.Join(", ", line.NeededBy)})")}");
            }
        }

        if (last is not { Problems: { } problems })
        {
            throw new ExitException(1, "the daemon ended before everything was checked");
        }

        session.Out.WriteLine(
            $"Checked {Count(last.Images, "image")}, {Count(last.Blobs, "blob")} ({Units.Size(last.Bytes)}), {Count(last.Layers, "layer")}: "
            + (problems == 0 ? "no problems" : Count(problems, "problem")));
        return problems == 0 ? 0 : 1;
    }

    private static string Count(long count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";
}
