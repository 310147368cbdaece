using System.Text.Json;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Client;
using Quai.Client.Transport;

namespace Quai.Cli.Containers;

/// <summary><c>quai wait</c>.</summary>
internal sealed class Wait(string path) : Command(path)
{
    public override string Usage => "CONTAINER [CONTAINER...]";

    public override string Summary => "Wait until containers stop, then print their exit codes";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(1);

    public override int Execute(Session session, List<string> arguments) => session.ForEach(arguments, name =>
    {
        using ResponseStream response = session.Engine.Transport.Send("POST", $"/containers/{Query.Segment(name)}/wait");
        session.Out.WriteLine(response.ReadJson().Number("StatusCode").ToString());
    }, print: false);

    /// <summary>The exit code in the answer of a wait; 125 when waiting failed.</summary>
    public static int CodeOf(ResponseStream response)
    {
        JsonElement result = response.ReadJson();
        return result.Member("Error").Text("Message").Length > 0 ? 125 : (int)result.Number("StatusCode");
    }
}
