using System.Text.Json;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Client;
using Quai.Client.Transport;

namespace Quai.Cli.Images;

/// <summary><c>quai image verify</c>, which Docker has not: recheck every digest on the disk.</summary>
internal sealed class Verify(string path) : Command(path)
{
    public override string Usage => "[IMAGE...]";

    public override string Summary => "Check that images are on the disk as they were pulled";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(0);

    public override int Execute(Session session, List<string> arguments)
    {
        var query = new Query("/quai/images/verify");
        arguments.ForEach(name => query.With("name", name));
        using ResponseStream response = session.Engine.Transport.Send("POST", query.ToString());
        JsonElement last = default;
        foreach (JsonElement line in response.ReadJsonStream())
        {
            if (line.Text("error").Length > 0)
            {
                throw new ExitException(1, line.Text("error"));
            }

            last = line;
            if (line.Text("Problem").Length > 0)
            {
                string[] users = [.. line.Texts("NeededBy")];
                session.Out.WriteLine($"{line.Text("Kind")} {line.Text("Name")}: {line.Text("Problem")}{(users.Length == 0 ? "" : $" (needed by {string.Join(", ", users)})")}");
            }
        }

        if (last.ValueKind != JsonValueKind.Object || last.Member("Problems").ValueKind != JsonValueKind.Number)
        {
            throw new ExitException(1, "the daemon ended before everything was checked");
        }

        long problems = last.Number("Problems");
        session.Out.WriteLine(
            $"Checked {Count(last.Number("Images"), "image")}, {Count(last.Number("Blobs"), "blob")} ({Units.Size(last.Number("Bytes"))}), {Count(last.Number("Layers"), "layer")}: "
            + (problems == 0 ? "no problems" : Count(problems, "problem")));
        return problems == 0 ? 0 : 1;
    }

    private static string Count(long count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";
}
