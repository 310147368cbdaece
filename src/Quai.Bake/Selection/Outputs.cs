using Quai.Bake.Plans;

namespace Quai.Bake.Selection;

/// <summary>What <c>--push</c> and <c>--load</c> make of a target's outputs.</summary>
internal static class Outputs
{
    /// <summary>Images are pushed, or not; where nothing but images for the engine is put out, one that is pushed is added.</summary>
    public static IReadOnlyList<BakeOutput> WithPush(IReadOnlyList<BakeOutput> outputs, bool push)
    {
        if (!push)
        {
            List<BakeOutput> left = [.. outputs];
            for (int i = 0; i < left.Count;)
            {
                if (left[i].Type == "registry")
                {
                    // The last one takes its place.
                    left[i] = left[^1];
                    left.RemoveAt(left.Count - 1);
                    continue;
                }

                left[i] = left[i].Type == "image" ? With(left[i], "push", "false") : left[i];
                i++;
            }

            return left;
        }

        List<BakeOutput> pushed = [.. outputs.Select(output => output.Type == "image" ? With(output, "push", "true") : output)];
        if (outputs.All(output => output.Type == "docker"))
        {
            pushed.Add(new("image", "", new Dictionary<string, string> { ["push"] = "true" }));
        }

        return pushed;
    }

    /// <summary>The image is loaded into the engine, unless there is an output that is no image.</summary>
    public static IReadOnlyList<BakeOutput> WithLoad(IReadOnlyList<BakeOutput> outputs)
    {
        foreach (BakeOutput output in outputs)
        {
            if (output.Type == "docker" ? output.Destination.Length == 0 : output.Type is not ("image" or "registry" or "oci"))
            {
                return outputs;
            }
        }

        return [.. outputs, new("docker", "", new Dictionary<string, string>())];
    }

    private static BakeOutput With(BakeOutput output, string name, string value) =>
        output with { Attributes = new Dictionary<string, string>(output.Attributes) { [name] = value } };
}
