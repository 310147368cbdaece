namespace Quai.Runtime.Cgroups;

/// <summary>Finds a container's control groups below the machine's hierarchies.</summary>
public static partial class CgroupTree
{
}
