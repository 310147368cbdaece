using Quai.Compose.Yaml;

namespace Quai.Compose.Forms;

/// <summary>Sets what long forms leave out and what everybody expects to be there.</summary>
internal static class Defaults
{
    /// <summary>Applies this to a whole project.</summary>
    public static void Apply(ComposeMapping root)
    {
        foreach (ComposeMapping service in (root["services"] as ComposeMapping)?.Entries.Values.OfType<ComposeMapping>() ?? [])
        {
            if (service["build"] is ComposeMapping build)
            {
                SetIfMissing(build, "context", ".");
            }

            foreach (ComposeMapping secret in Items(service, "secrets"))
            {
                if (secret["source"] is ComposeScalar source)
                {
                    SetIfMissing(secret, "target", "/run/secrets/" + source.Text);
                }
            }

            foreach (ComposeMapping port in Items(service, "ports"))
            {
                SetIfMissing(port, "protocol", "tcp");
                SetIfMissing(port, "mode", "ingress");
            }

            ComposeMapping? reservations = ((service["deploy"] as ComposeMapping)?["resources"] as ComposeMapping)?["reservations"] as ComposeMapping;
            foreach (ComposeMapping device in Items(service, "gpus").Concat(reservations is null ? [] : Items(reservations, "devices")))
            {
                if (!device.Has("count") && !device.Has("device_ids"))
                {
                    SetIfMissing(device, "count", "all");
                }
            }
        }
    }

    private static void SetIfMissing(ComposeMapping mapping, string key, string value)
    {
        if (mapping[key] is null or { IsNull: true })
        {
            mapping[key] = ComposeScalar.Of(value, mapping.Place);
        }
    }

    private static IEnumerable<ComposeMapping> Items(ComposeMapping mapping, string key) => (mapping[key] as ComposeSequence)?.Items.OfType<ComposeMapping>() ?? [];
}
