/** The instances of a plan as OpenTofu or Terraform JSON, for Amazon EC2 and Google Compute Engine. */
import { Refusal } from '../../base/refusal.ts';
import type { Catalogue } from '../catalogue.ts';
import type { Scenario } from '../scenario.ts';
import { hostUserData } from './cloud-init.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** In its strings `${` and `%{` begin a template. */
const literal = (text: string): string => text.replace(/[$%](?=\{)/g, (mark) => mark + mark);

interface Target {
  readonly region: string;
  readonly userData: string;
  readonly diskGb: number;
  readonly spot: boolean;
  readonly instances: number;
  readonly type: string;
  readonly name: string;
}

const image = { type: 'string', description: 'Image with the second-layer hypervisor, to be booted by the instances' };

function aws(target: Target): { [key: string]: Json } {
  const market = target.spot ? { instance_market_options: [{ market_type: 'spot' }] } : {};
  return {
    terraform: { required_version: '>= 1.5', required_providers: { aws: { source: 'hashicorp/aws', version: '>= 5.0' } } },
    provider: { aws: { region: target.region } },
    variable: { image },
    resource: {
      aws_instance: {
        blanket: {
          count: target.instances,
          ami: reference('var.image'),
          instance_type: target.type,
          user_data: literal(target.userData),
          root_block_device: [{ volume_size: target.diskGb, volume_type: 'gp3' }],
          ...market,
          tags: { Name: literal(target.name) },
        },
      },
    },
    output: { addresses: { value: reference('aws_instance.blanket[*].private_ip') } },
  };
}

function google(target: Target): { [key: string]: Json } {
  const scheduling = target.spot
    ? { scheduling: [{ provisioning_model: 'SPOT', preemptible: true, automatic_restart: false }] }
    : {};
  return {
    terraform: { required_version: '>= 1.5', required_providers: { google: { source: 'hashicorp/google', version: '>= 5.0' } } },
    provider: { google: { region: target.region } },
    variable: { image, zone: { type: 'string', default: `${target.region}-a` } },
    resource: {
      google_compute_instance: {
        blanket: {
          count: target.instances,
          name: `blanket-${reference('count.index + 1')}`,
          zone: reference('var.zone'),
          machine_type: target.type,
          boot_disk: [{ initialize_params: [{ image: reference('var.image'), size: target.diskGb }] }],
          network_interface: [{ network: 'default' }],
          metadata: { 'user-data': literal(target.userData) },
          ...scheduling,
        },
      },
    },
    output: { addresses: { value: reference('google_compute_instance.blanket[*].network_interface[0].network_ip') } },
  };
}

/** An expression of the configuration's own language. */
const reference = (expression: string): string => `\${${expression}}`;

/** Which cloud a price list belongs to, by its name. */
function cloudOf(catalogue: Catalogue): 'aws' | 'google' {
  if (/amazon|aws|ec2/i.test(`${catalogue.id} ${catalogue.name}`)) return 'aws';
  if (/google|gce|gcp/i.test(`${catalogue.id} ${catalogue.name}`)) return 'google';
  throw new Refusal(
    'export-unknown-cloud',
    `It is not known which cloud ${catalogue.name} is, so no resource can be written for it.`,
    'Name the price list after Amazon EC2 or Google Compute Engine, or export machines instead.',
  );
}

/** The file's text. Disk: what the fullest instance's machines need and what does not come with the instance. */
export function tofuJson(scenario: Scenario, catalogue: Catalogue): string {
  const here = scenario.guests.reduce((sum, guest) => sum + Math.ceil(guest.count / scenario.instances) * guest.diskGb, 0);
  const target: Target = {
    region: catalogue.region.split(/[\s(]/)[0] ?? catalogue.region,
    userData: hostUserData(scenario),
    diskGb: Math.max(10, Math.ceil(here + scenario.secondLayer.driverDiskGb)),
    spot: scenario.price.model === 'spot',
    instances: scenario.instances + scenario.failureReserve,
    type: scenario.type,
    name: scenario.name,
  };
  return `${JSON.stringify(cloudOf(catalogue) === 'aws' ? aws(target) : google(target), null, 2)}\n`;
}
