/**
 * What the providers of OpenTofu and Terraform take for an instance: arguments with their kinds, and blocks. Of those that have
 * dozens more, the ones that a plan can have something to say to.
 *
 * Source: the providers' own documentation of `aws_instance` (hashicorp/aws) and `google_compute_instance` (hashicorp/google),
 * as published in November 2026.
 */

export type Kind = 'string' | 'number' | 'boolean' | 'map' | Block;

/** A block; in JSON an object, or a list of them. */
export interface Block {
  readonly takes: { readonly [name: string]: Kind };
  readonly needs?: readonly string[];
}

export interface Resource extends Block {
  /** Attributes that can be referred to besides the arguments. */
  readonly gives: readonly string[];
}

export const RESOURCES: { readonly [type: string]: Resource } = {
  aws_instance: {
    needs: ['ami', 'instance_type'],
    takes: {
      ami: 'string',
      availability_zone: 'string',
      instance_market_options: {
        takes: {
          market_type: 'string',
          spot_options: {
            takes: {
              instance_interruption_behavior: 'string',
              max_price: 'string',
              spot_instance_type: 'string',
              valid_until: 'string',
            },
          },
        },
      },
      instance_type: 'string',
      key_name: 'string',
      root_block_device: {
        takes: {
          delete_on_termination: 'boolean',
          encrypted: 'boolean',
          iops: 'number',
          tags: 'map',
          throughput: 'number',
          volume_size: 'number',
          volume_type: 'string',
        },
      },
      subnet_id: 'string',
      tags: 'map',
      user_data: 'string',
      user_data_base64: 'string',
    },
    gives: ['arn', 'id', 'private_dns', 'private_ip', 'public_dns', 'public_ip'],
  },
  google_compute_instance: {
    needs: ['boot_disk', 'machine_type', 'name', 'network_interface'],
    takes: {
      boot_disk: {
        takes: {
          auto_delete: 'boolean',
          initialize_params: { takes: { image: 'string', labels: 'map', size: 'number', type: 'string' } },
          source: 'string',
        },
      },
      labels: 'map',
      machine_type: 'string',
      metadata: 'map',
      name: 'string',
      network_interface: { takes: { access_config: { takes: {} }, network: 'string', network_ip: 'string', subnetwork: 'string' } },
      scheduling: {
        takes: {
          automatic_restart: 'boolean',
          instance_termination_action: 'string',
          on_host_maintenance: 'string',
          preemptible: 'boolean',
          provisioning_model: 'string',
        },
      },
      zone: 'string',
    },
    gives: ['cpu_platform', 'id', 'instance_id', 'self_link'],
  },
};
