using Google.Protobuf;
using Quai.Build.Graphs;
using Quai.Build.RemoteCaches;
using Quai.Build.Solving.Keys;
using Quai.BuildProtocol.Llb;
using Quai.Errors;

namespace Quai.Build.Tests.Fuzzing;

/// <summary>Graphs of clients and frontends, and caches from elsewhere, are read, or refused by a typed error.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class GraphFuzzTests
{
    [Fact]
    public void A_graph_is_read_or_refused() => Fuzz.Holds(new Property("llb", input =>
    {
        Definition definition = Parse(input);
        if (GraphReader.Read(definition) is { } edge)
        {
            Walk(edge);
        }
    })
    {
        Seeds =
        [
            Graph.Source("docker-image://docker.io/library/a:b").ToByteArray(), Graph.File("/a", "b").ToByteArray(), Graph.FileOn("x", "/a", "b").ToByteArray(),
            Graph.Copy("local://context", "/to", ("local.includepattern", "[\"a\"]")).ToByteArray(), Program().ToByteArray(),
        ],
    });

    [Fact]
    public void A_cache_is_read_or_refused() => Fuzz.Holds(new Property("build-cache", input =>
    {
        CacheGraph graph = CacheDocuments.Read(input);
        foreach (int top in graph.Steps.SelectMany(s => s.Outputs))
        {
            graph.StackOf(top);
        }

        CacheGraph again = CacheDocuments.Read(CacheDocuments.Write(graph));
        Assert.Equal(graph.Steps.Select(s => s.Key), again.Steps.Select(s => s.Key));
    })
    {
        Seeds = TextMutator.Seeds(
            """
            {"layers":[{"blob":"sha256:1111111111111111111111111111111111111111111111111111111111111111","parent":-1,"annotations":{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","diffID":"sha256:2222222222222222222222222222222222222222222222222222222222222222","size":10,"createdAt":"2026-01-02T03:04:05Z"}},
            {"blob":"sha256:3333333333333333333333333333333333333333333333333333333333333333","parent":0,"annotations":{"mediaType":"x","diffID":"sha256:4444444444444444444444444444444444444444444444444444444444444444","size":1,"createdAt":"2026-01-02T03:04:05Z"}}],
            "records":[{"digest":"sha256:abc","results":[{"layer":1}],"quai":{"version":1,"name":"n","kind":"exec","outputs":[1,-1]}},{"digest":"sha256:def","quai":{"version":1,"content":"content:00"}},{"digest":"sha256:0","inputs":[[{"link":0}]]}]}
            """),
        Mutate = JsonMutator.Mutate,
    });

    private static Definition Parse(byte[] input)
    {
        try
        {
            return Definition.Parser.ParseFrom(input);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw QuaiException.Invalid(e.Message, e);
        }
    }

    private static void Walk(Edge edge)
    {
        var pending = new Stack<Vertex>([edge.Vertex]);
        HashSet<string> seen = [];
        while (pending.TryPop(out Vertex? vertex))
        {
            if (!seen.Add(vertex.Digest))
            {
                continue;
            }

            _ = vertex.Name;
            _ = Selections.Of(vertex);
            foreach (Edge input in vertex.Inputs)
            {
                pending.Push(input.Vertex);
            }
        }
    }

    private static Definition Program()
    {
        Definition source = Graph.Source("docker-image://a");
        var exec = new Op { Exec = new ExecOp { Meta = new Meta { Args = { "true" }, Cwd = "/", Env = { "A=b" } }, Mounts = { new Mount { Input = 0, Dest = "/", Output = 0 } } } };
        exec.Inputs.Add(new Input { Digest = Oci.Images.Digest.Of(source.Def[0].Span).ToString() });
        var end = new Op();
        end.Inputs.Add(new Input { Digest = Oci.Images.Digest.Of(exec.ToByteArray()).ToString() });
        return new Definition { Def = { source.Def[0], exec.ToByteString(), end.ToByteString() } };
    }
}
