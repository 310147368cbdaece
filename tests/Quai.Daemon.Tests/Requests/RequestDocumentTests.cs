using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Quai.Api;
using Quai.Api.Containers;
using Quai.Daemon.Http;
using Quai.Registry;

namespace Quai.Daemon.Tests.Requests;

/// <summary>Bodies are read as Go reads them: every type of request, every member of it.</summary>
public sealed class RequestDocumentTests
{
    private static readonly Dictionary<string, (JsonTypeInfo Type, Func<string, string> Read)> Types = new()
    {
        ["create"] = Entry(ApiJson.Default.ContainerCreateRequest),
        ["update"] = Entry(ApiJson.Default.ContainerUpdateRequest),
        ["commit"] = Entry(ApiJson.Default.ContainerConfig),
        ["exec create"] = Entry(ApiJson.Default.ExecCreateRequest),
        ["exec start"] = Entry(ApiJson.Default.ExecStartRequest),
        ["volume create"] = Entry(ApiJson.Default.VolumeCreateRequest),
        ["signature"] = Entry(ApiJson.Default.SignatureItem),
        ["auth"] = Entry(Json.Edited.RegistryAuth),
    };

    public static TheoryData<string> Names => [.. Types.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_member_that_is_null_is_one_that_is_absent(string name)
    {
        (JsonTypeInfo type, Func<string, string> read) = Types[name];
        JsonObject sample = SampleDocument.Of(type);
        object[][] members = [.. SampleDocument.Members(sample, [], type)];
        Assert.NotEmpty(members);
        List<string> wrong = [];
        foreach (object[] path in members)
        {
            string absent = read(SampleDocument.With(sample, path, (o, n) => o.Remove(n)).ToJsonString());
            string withNull = Try(read, SampleDocument.With(sample, path, (o, n) => o[n] = null).ToJsonString());
            string alone = Try(read, Alone(path));
            if (withNull != absent || alone.StartsWith("refused", StringComparison.Ordinal))
            {
                wrong.Add($"{string.Join('.', path)}: {(withNull == absent ? alone : withNull)}");
            }
        }

        Assert.Empty(wrong);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Names_are_known_in_any_case_and_unknown_ones_passed_over(string name)
    {
        (JsonTypeInfo type, Func<string, string> read) = Types[name];
        JsonObject sample = SampleDocument.Of(type);
        string expected = read(sample.ToJsonString());
        foreach (object[] path in SampleDocument.Members(sample, [], type))
        {
            foreach (Func<string, string> spell in (Func<string, string>[])[s => s.ToLowerInvariant(), s => s.ToUpperInvariant()])
            {
                JsonObject spelled = SampleDocument.With(sample, path, (o, n) =>
                {
                    JsonNode? value = o[n];
                    o.Remove(n);
                    o["Unknown"] = new JsonArray(null, 1, "x");
                    o[spell(n)] = value;
                });
                Assert.Equal(expected, read(spelled.ToJsonString()));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_of_another_type_are_refused(string name)
    {
        (JsonTypeInfo type, Func<string, string> read) = Types[name];
        JsonObject sample = SampleDocument.Of(type);
        List<string> taken = [];
        foreach (object[] path in SampleDocument.Members(sample, [], type))
        {
            JsonValueKind kind = JsonValueKind.Undefined;
            _ = SampleDocument.With(sample, path, (o, n) => kind = o[n]!.GetValueKind());
            string[] bad = kind switch
            {
                JsonValueKind.Number => ["\"7\"", "true", "1e30", "1.5", "99999999999999999999999999", "{}"],
                JsonValueKind.String => ["7", "true", "{}", "[]"],
                JsonValueKind.True => ["1", "\"true\"", "{}"],
                JsonValueKind.Array => ["{}", "5"],
                _ => ["[]", "\"x\"", "5"],
            };
            taken.AddRange(bad.Where(b => !Try(read, SampleDocument.With(sample, path, (o, n) => o[n] = JsonNode.Parse(b)).ToJsonString()).StartsWith("refused", StringComparison.Ordinal))
                .Select(b => $"{string.Join('.', path)} = {b}"));
        }

        Assert.Empty(taken);
    }

    [Theory]
    [InlineData("""{"Env":[null,"a=b"]}""", """{"Env":["","a=b"]}""")]
    [InlineData("""{"Cmd":["a",null]}""", """{"Cmd":["a",""]}""")]
    [InlineData("""{"ExposedPorts":{"80/tcp":null}}""", """{"ExposedPorts":{"80/tcp":{}}}""")]
    [InlineData("""{"Labels":{"a":null}}""", """{"Labels":{"a":""}}""")]
    [InlineData("""{"HostConfig":{"PortBindings":{"80/tcp":[null]}}}""", """{"HostConfig":{"PortBindings":{"80/tcp":[{"HostIp":"","HostPort":""}]}}}""")]
    [InlineData("""{"HostConfig":{"ConsoleSize":[null,3]}}""", """{"HostConfig":{"ConsoleSize":[0,3]}}""")]
    [InlineData("""{"HostConfig":{"Devices":[null]}}""", """{"HostConfig":{"Devices":[{}]}}""")]
    [InlineData("""{"HostConfig":{"DeviceRequests":[{"Capabilities":[null]}]}}""", """{"HostConfig":{"DeviceRequests":[{"Capabilities":[[]]}]}}""")]
    public void Null_in_a_list_or_map_is_the_zero_value(string json, string same) => Assert.Equal(Types["create"].Read(same), Types["create"].Read(json));

    [Theory]
    [InlineData("""{"HostConfig":{"Ulimits":[null]}}""")]
    [InlineData("""{"HostConfig":{"BlkioDeviceReadBps":[null]}}""")]
    [InlineData("""{"ExposedPorts":{"80/tcp":5}}""")]
    [InlineData("""{"Env":["a\u0000b"]}""")]
    public void What_Docker_has_no_value_for_is_refused(string json) => Assert.Throws<JsonException>(() => Types["create"].Read(json));

    private static (JsonTypeInfo, Func<string, string>) Entry<T>(JsonTypeInfo<T> type)
        where T : class =>
        (type, json => JsonSerializer.Serialize(ApiRequest.Read(Encoding.UTF8.GetBytes(json), type, out _)!, type));

    private static string Try(Func<string, string> read, string json)
    {
        try
        {
            return read(json);
        }
        catch (JsonException e)
        {
            return "refused: " + e.Message;
        }
    }

    /// <summary>The member, null, and nothing else in the objects above it.</summary>
    private static string Alone(object[] path)
    {
        JsonNode? node = null;
        foreach (object step in path.Reverse())
        {
            node = step is int ? new JsonArray(node) : new JsonObject { [(string)step] = node };
        }

        return node!.ToJsonString();
    }
}
