using System.Text;
using System.Text.Json;
using Quai.Api;
using Quai.Api.Images;
using Quai.Cli.Formatting;
using Quai.Cli.Images;
using Quai.Cli.Objects;
using Quai.Cli.Objects.Types;
using Quai.Cli.Streams;
using Xunit;

namespace Quai.Cli.Tests.Fuzzing;

/// <summary>What a daemon, or anything else at its address, sends.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class AnswerFuzzTests
{
    [Fact]
    public void Objects_are_shown()
    {
        string data = Path.Combine(AppContext.BaseDirectory, "Data");
        foreach ((string file, GoStructType type, string template) in ((string, GoStructType, string)[])[
            ("container.json", ContainerTypes.Container, "{{.}} {{json .}} {{.State.Status}} {{range .Mounts}}{{.Source}}{{end}} {{range $k, $v := .NetworkSettings.Networks}}{{$k}}{{$v.IPAddress}}{{end}} {{.HostConfig.Memory}} {{index .Config.Env 0}}"),
            ("image.json", ImageTypes.Image, "{{.}} {{json .}} {{.Config.Cmd}} {{.RootFS.Layers}} {{.Size}}"), ("network.json", NetworkTypes.Network, "{{.}} {{json .}} {{range .IPAM.Config}}{{.Subnet}}{{end}}"), ("volume.json", VolumeTypes.Volume, "{{.}} {{json .}}")])
        {
            byte[] sample = File.ReadAllBytes(Path.Combine(data, file));
            Quai.Templates.Template all = Inspection.Parse(template);
            Fuzz.Holds(new Property("inspect-" + type.Name.ToLowerInvariant(), input =>
            {
                using JsonDocument document = JsonDocument.Parse(input);
                var text = new StringBuilder();
                JsonIndent.Append(text, document.RootElement.GetRawText(), 0);
                Inspection.Execute(all, new Inspection.Found(type, document.RootElement));
            })
            {
                Seeds = [sample], Mutate = JsonMutator.Mutate, Refuses = CliRefusals.Known,
            });
        }
    }

    [Fact]
    public void Progress_is_shown() => Fuzz.Holds(new Property("progress", input =>
    {
        List<JsonMessage> messages = [.. JsonElement.Parse(input).Items().Select(m => m.Deserialize(ApiJson.Default.JsonMessage)).OfType<JsonMessage>()];
        ProgressDisplay.Show(messages, null);
        using var nowhere = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Write);
        ProgressDisplay.Show(messages, new Output((int)nowhere.DangerousGetHandle()));
    })
    {
        Seeds = TextMutator.Seeds("""[{"status":"Pulling from a","id":"1"},{"status":"Downloading","progressDetail":{"current":5,"total":10},"progress":"[>]","id":"abc"},{"stream":"Loaded\n"},{"aux":{"ID":"x"}},{"errorDetail":{"message":"m","code":1},"error":"m"}]"""),
        Mutate = JsonMutator.Mutate, Refuses = CliRefusals.Known,
    });
}
