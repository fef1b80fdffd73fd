/* Reads xl configurations with the parser of xl itself (libxlutil), and each disk with the one for disks. */
#include <stdio.h>
#include <stdlib.h>
#include <libxl.h>
#include <libxl_utils.h>
#include <libxlutil.h>

static int check(const char *path)
{
    static const char *const numbers[] = { "vcpus", "memory", "maxmem", "cpu_weight", "cap" };
    static const char *const texts[] = { "name", "type", "kernel", "ramdisk", "extra" };
    XLU_Config *config = xlu_cfg_init(stderr, path);
    XLU_ConfigList *list;
    const char *text;
    long number;
    int entries;
    int bad = config == NULL || xlu_cfg_readfile(config, path) != 0;

    for (unsigned i = 0; !bad && i < sizeof(numbers) / sizeof(*numbers); i++) {
        bad = xlu_cfg_get_long(config, numbers[i], &number, 0) != 0;
        if (!bad) printf("%s %ld\n", numbers[i], number);
    }
    for (unsigned i = 0; !bad && i < sizeof(texts) / sizeof(*texts); i++) {
        bad = xlu_cfg_get_string(config, texts[i], &text, 0) != 0;
        if (!bad) printf("%s %s\n", texts[i], text);
    }
    if (!bad) bad = xlu_cfg_get_list(config, "disk", &list, &entries, 0) != 0;
    for (int i = 0; !bad && i < entries; i++) {
        const char *spec = xlu_cfg_get_listitem(list, i);
        libxl_device_disk disk;
        libxl_device_disk_init(&disk);
        bad = xlu_disk_parse(config, 1, &spec, &disk) != 0;
        if (!bad) printf("disk %s %s\n", disk.vdev, disk.pdev_path);
        libxl_device_disk_dispose(&disk);
    }
    if (config != NULL) xlu_cfg_destroy(config);
    return bad;
}

int main(int count, char **paths)
{
    for (int i = 1; i < count; i++)
        if (check(paths[i])) {
            fprintf(stderr, "%s: not a configuration that xl takes\n", paths[i]);
            return 1;
        }
    return 0;
}
