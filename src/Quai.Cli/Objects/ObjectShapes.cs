namespace Quai.Cli.Objects;

/// <summary>The types of the objects that <c>inspect</c> shows.</summary>
internal static class ObjectShapes
{
    /// <summary>All of them, made when a template first needs one.</summary>
    public static Shapes All => field ??= new Shapes(Definitions);

    private const string Definitions =
        """
        Container ID=Id:s Created:s Path:s Args:[s] State:*State Image:s ResolvConfPath:s HostnamePath:s HostsPath:s LogPath:s Name:s RestartCount:i Driver:s Platform:s MountLabel:s ProcessLabel:s AppArmorProfile:s ExecIDs:[s] HostConfig:*HostConfig GraphDriver:GraphDriver SizeRw:*i SizeRootFs:*i Mounts:[Mount] Config:*Config NetworkSettings:*NetworkSettings ImageManifestDescriptor:*Descriptor
        State Status:s Running:b Paused:b Restarting:b OOMKilled:b Dead:b Pid:i ExitCode:i Error:s StartedAt:s FinishedAt:s Health:*Health
        Health Status:s FailingStreak:i Log:[*HealthResult]
        HealthResult Start:t End:t ExitCode:i Output:s
        Mount Type:s Name:s Source:s Destination:s Driver:s Mode:s RW:b Propagation:s
        GraphDriver Data:{s} Name:s
        Config Hostname:s Domainname:s User:s AttachStdin:b AttachStdout:b AttachStderr:b ExposedPorts:<nat.Port>Empty Tty:b OpenStdin:b StdinOnce:b Env:[s] Cmd:[s] Healthcheck:*Healthcheck ArgsEscaped:b Image:s Volumes:{Empty} WorkingDir:s Entrypoint:[s] NetworkDisabled:b MacAddress:s OnBuild:[s] Labels:{s} StopSignal:s StopTimeout:*i Shell:[s]
        Empty
        Healthcheck Test:[s] Interval:i Timeout:i StartPeriod:i StartInterval:i Retries:i
        HostConfig Binds:[s] ContainerIDFile:s LogConfig:LogConfig NetworkMode:s PortBindings:<nat.Port>[PortBinding] RestartPolicy:RestartPolicy AutoRemove:b VolumeDriver:s VolumesFrom:[s] ConsoleSize:[i] Annotations:{s} CapAdd:[s] CapDrop:[s] CgroupnsMode:s DNS=Dns:[s] DNSOptions=DnsOptions:[s] DNSSearch=DnsSearch:[s] ExtraHosts:[s] GroupAdd:[s] IpcMode:s Cgroup:s Links:[s] OomScoreAdj:i PidMode:s Privileged:b PublishAllPorts:b ReadonlyRootfs:b SecurityOpt:[s] StorageOpt:{s} Tmpfs:{s} UTSMode:s UsernsMode:s ShmSize:i Sysctls:{s} Runtime:s Isolation:s CPUShares=CpuShares:i Memory:i NanoCPUs=NanoCpus:i CgroupParent:s BlkioWeight:i BlkioWeightDevice:[*WeightDevice] BlkioDeviceReadBps:[*ThrottleDevice] BlkioDeviceWriteBps:[*ThrottleDevice] BlkioDeviceReadIOps:[*ThrottleDevice] BlkioDeviceWriteIOps:[*ThrottleDevice] CPUPeriod=CpuPeriod:i CPUQuota=CpuQuota:i CPURealtimePeriod=CpuRealtimePeriod:i CPURealtimeRuntime=CpuRealtimeRuntime:i CpusetCpus:s CpusetMems:s Devices:[DeviceMapping] DeviceCgroupRules:[s] DeviceRequests:[DeviceRequest] KernelMemory:i KernelMemoryTCP:i MemoryReservation:i MemorySwap:i MemorySwappiness:*i OomKillDisable:*b PidsLimit:*i Ulimits:[*Ulimit] CPUCount=CpuCount:i CPUPercent=CpuPercent:i IOMaximumIOps:i IOMaximumBandwidth:i Mounts:[MountSpec] MaskedPaths:[s] ReadonlyPaths:[s] Init:*b
        LogConfig Type:s Config:{s}
        PortBinding HostIP=HostIp:s HostPort:s
        RestartPolicy Name:s MaximumRetryCount:i
        WeightDevice Path:s Weight:i
        ThrottleDevice Path:s Rate:i
        DeviceMapping PathOnHost:s PathInContainer:s CgroupPermissions:s
        DeviceRequest Driver:s Count:i DeviceIDs:[s] Capabilities:[[s]] Options:{s}
        Ulimit Name:s Hard:i Soft:i
        MountSpec Type:s Source:s Target:s ReadOnly:b Consistency:s BindOptions:*BindOptions VolumeOptions:*VolumeOptions ImageOptions:*ImageOptions TmpfsOptions:*TmpfsOptions ClusterOptions:*Empty
        BindOptions Propagation:s NonRecursive:b CreateMountpoint:b ReadOnlyNonRecursive:b ReadOnlyForceRecursive:b
        VolumeOptions NoCopy:b Labels:{s} Subpath:s DriverConfig:*DriverConfig
        DriverConfig Name:s Options:{s}
        ImageOptions Subpath:s
        TmpfsOptions SizeBytes:i Mode:i Options:[[s]]
        NetworkSettings Bridge:s SandboxID:s SandboxKey:s Ports:<nat.Port>[PortBinding] HairpinMode:b LinkLocalIPv6Address:s LinkLocalIPv6PrefixLen:i SecondaryIPAddresses:[Address] SecondaryIPv6Addresses:[Address] EndpointID:s Gateway:s GlobalIPv6Address:s GlobalIPv6PrefixLen:i IPAddress:s IPPrefixLen:i IPv6Gateway:s MacAddress:s Networks:{*Endpoint}
        Address Addr:s PrefixLen:i
        Endpoint IPAMConfig:*EndpointIPAM Links:[s] Aliases:[s] MacAddress:s DriverOpts:{s} GwPriority:i NetworkID:s EndpointID:s Gateway:s IPAddress:s IPPrefixLen:i IPv6Gateway:s GlobalIPv6Address:s GlobalIPv6PrefixLen:i DNSNames:[s]
        EndpointIPAM IPv4Address:s IPv6Address:s LinkLocalIPs:[s]
        Descriptor MediaType=mediaType:s Digest=digest:s Size=size:i Platform=platform:*Platform
        Platform Architecture=architecture:s OS=os:s Variant=variant:s
        Image ID=Id:s RepoTags:[s] RepoDigests:[s] Parent:s Comment:s Created:s Container:s ContainerConfig:*Config DockerVersion:s Author:s Config:*ImageConfig Architecture:s Variant:s Os:s OsVersion:s Size:i VirtualSize:i GraphDriver:GraphDriver RootFS:RootFS Metadata:ImageMetadata Descriptor:*Descriptor Manifests:[?]
        ImageConfig User:s ExposedPorts:{Empty} Env:[s] Entrypoint:[s] Cmd:[s] Volumes:{Empty} WorkingDir:s Labels:{s} StopSignal:s ArgsEscaped:b Healthcheck:*Healthcheck OnBuild:[s] Shell:[s]
        RootFS Type:s Layers:[s]
        ImageMetadata LastTagTime:t
        Network Name:s ID=Id:s Created:s Scope:s Driver:s EnableIPv4:b EnableIPv6:b IPAM:IPAM Internal:b Attachable:b Ingress:b ConfigFrom:ConfigFrom ConfigOnly:b Containers:{NetworkContainer} Options:{s} Labels:{s} Peers:[?] Services:{?}
        IPAM Driver:s Options:{s} Config:[IPAMConfig]
        IPAMConfig Subnet:s IPRange:s Gateway:s AuxAddress=AuxiliaryAddresses:{s}
        ConfigFrom Network:s
        NetworkContainer Name:s EndpointID:s MacAddress:s IPv4Address:s IPv6Address:s
        Volume ClusterVolume:*Empty CreatedAt:s Driver:s Labels:{s} Mountpoint:s Name:s Options:{s} Scope:s Status:{?} UsageData:*UsageData
        UsageData RefCount:i Size:i
        """;
}
